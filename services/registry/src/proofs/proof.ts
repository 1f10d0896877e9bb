// What a device's evidence comes to, whichever kind it is.

/** Who the device is, and by which credential, certificate or product's key: an id for its admission. */
export interface Proof {
  readonly identifier: string;
  readonly credentialId: string;
}

/** `unknown`: nothing is known that could tell. `refused`: it proves that something is wrong; `why` is for the log. */
export type Verdict =
  | { readonly is: 'proven'; readonly proof: Proof }
  | { readonly is: 'unknown' }
  | { readonly is: 'refused'; readonly why: string };

/** A connection that asks to be believed. */
export interface Asking {
  /** The family that it speaks: devices of others do not count. */
  readonly dialect: string;
  readonly remoteAddress: string;
}

export function refused(why: string): Verdict {
  return { is: 'refused', why };
}
