// What happened to a device's presence or life, as the outbox keeps it until the bus has it.

export interface DeviceFact {
  readonly id: bigint;
  readonly kind: 'connected' | 'disconnected' | 'deleted' | 'changed';
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly organizationId: string;
  readonly dialect: string;
  readonly identifier: string;
  readonly epoch: bigint;
  readonly edge: string;
  readonly connectionId: string;
  readonly reason: string;
  /** Of one that was changed, as they are since. */
  readonly tags: readonly string[];
  readonly atMs: number;
  /** W3C trace context of the frame that led to it; empty when none. */
  readonly traceparent: string;
}
