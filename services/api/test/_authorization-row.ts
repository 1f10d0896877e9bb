// One row of the authorization table, and the things that its requests are about.

/** What the table's requests are about: a thing of each kind that belongs to the owner. */
export interface Things {
  readonly organization: string;
  /** A plug. */
  readonly device: string;
  readonly printer: string;
  readonly camera: string;
  /** One that waits for the plug. */
  readonly command: string;
  readonly claim: string;
  readonly printKey: string;
  readonly printSecret: string;
  readonly schedule: string;
  readonly alarmRule: string;
  readonly webhook: string;
  /** uuid of a firmware. */
  readonly firmware: string;
  /** uuid of an archive. */
  readonly archive: string;
  /** One of the firmware, active. */
  readonly deploymentGroup: string;
  readonly firmwareKey: string;
  readonly product: string;
  readonly productKey: string;
  readonly caCertificate: string;
  /** What registers another one. */
  readonly caRegistration: { readonly certificate: string; readonly verification: string };
  readonly apiKey: string;
  readonly credential: string;
  readonly user: string;
  readonly email: string;
}

export interface Row {
  /** Method and path as in the OpenAPI document. */
  readonly route: string;
  /** The path with ids, and a query, where the route has any. */
  readonly path?: (things: Things) => string;
  readonly body?: (things: Things) => unknown;
  /** What the owner gets (the operator, on routes for operators of the platform). */
  readonly success: number;
  /** What the owner of another organization gets; absent where there is nothing of others to ask for. */
  readonly outsider?: 404;
  /** What a viewer of the organization gets who may not do it. */
  readonly viewer?: 403 | 404;
  /** Nobody needs a token. */
  readonly open?: true;
  /** Never ends by itself. */
  readonly stream?: true;
}
