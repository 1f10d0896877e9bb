// The words in which spoilt documents are told.

/** Name of a check, the object of the production overlay that is spoilt, and how (RFC 6902). */
export type Spoilt = readonly [check: string, title: string, operations: readonly object[]];

export const pod = '/spec/template/spec';
export const container = `${pod}/containers/0`;
export const drop = (path: string): object => ({ op: 'remove', path });
export const put = (path: string, value: unknown): object => ({ op: 'replace', path, value });
export const add = (path: string, value: unknown): object => ({ op: 'add', path, value });
