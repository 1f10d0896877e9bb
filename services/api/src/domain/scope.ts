// Decides what the scopes of an API key allow. The registry keeps them and owns the closed set.

/** The scopes that routes ask for. */
export type Scope =
  | 'accounts:read'
  | 'accounts:write'
  | 'audit:read'
  | 'devices:read'
  | 'devices:write'
  | 'devices:raw'
  | 'telemetry:read'
  | 'telemetry:write'
  | 'firmware:read'
  | 'firmware:write'
  | 'watch';

/** Whether `granted` allows `wanted`. None granted means no restriction. */
export function allows(granted: readonly string[], wanted: Scope): boolean {
  return granted.length === 0 || granted.includes(wanted);
}
