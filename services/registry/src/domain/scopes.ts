// The closed set of scopes that an API key can be confined to.

/** What an API key may touch. A key without scopes may touch everything that its role allows. */
export const Scope = {
  devicesRead: 'devices:read',
  devicesWrite: 'devices:write',
  /** Frames that no dialect interprets. */
  devicesRaw: 'devices:raw',
  telemetryRead: 'telemetry:read',
  telemetryWrite: 'telemetry:write',
  firmwareRead: 'firmware:read',
  firmwareWrite: 'firmware:write',
  watch: 'watch',
  /** A prompt on a device: whoever has it can do there what the device itself can. */
  console: 'console',
  accountsRead: 'accounts:read',
  accountsWrite: 'accounts:write',
  auditRead: 'audit:read',
} as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

const scopes: ReadonlySet<string> = new Set(Object.values(Scope));

export function isScope(value: string): value is Scope {
  return scopes.has(value);
}
