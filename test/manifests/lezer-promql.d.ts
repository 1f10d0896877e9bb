// Its own declarations are out of reach for a module that is resolved as Node does it.
declare module '@prometheus-io/lezer-promql' {
  export const parser: import('@lezer/lr').LRParser;
}
