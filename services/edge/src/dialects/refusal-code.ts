// Why a peer is not let in, or not given what it asked for.

export const RefusalCode = {
  invalid: 'invalid',
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  notFound: 'not_found',
  conflict: 'conflict',
  exhausted: 'exhausted',
  unavailable: 'unavailable',
} as const;
export type RefusalCode = (typeof RefusalCode)[keyof typeof RefusalCode];
