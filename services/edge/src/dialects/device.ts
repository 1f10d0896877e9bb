// What a device is to a dialect, and the values that can be said of one.

/** A device that the registry has let in, as events refer to it. Lives as long as its presence on this session. */
export interface AdmittedDevice {
  readonly id: string;
  readonly number: bigint;
  readonly organizationId: string;
  /** IANA zone of the organization, for day rollups. */
  readonly timeZone: string;
  readonly epoch: bigint;
  readonly identifier: string;
}

/** Values that can stand in a device's log, profile or state. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
