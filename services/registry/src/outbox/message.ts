// What one row of the outbox says on the bus: the durable event, and what people watching see.

import { device, live, type bus as messages } from '@mooring/proto';
import type { Bus, Persisted } from '@mooring/runtime';
import type { DeviceFact } from '../domain/device-fact.js';

/** Persists the event of a fact. The same fact has the same id however often it is sent, also after a crash. */
export function persistFact(bus: Pick<Bus, 'persist'>, fact: DeviceFact): Promise<Persisted> {
  const params = { device: fact.deviceId };
  // With the time, since a database that was made anew counts from 1 again.
  const options = { id: `registry-${fact.id}-${fact.atMs}` };
  const { deviceId, deviceNumber, organizationId, dialect, identifier, epoch, atMs } = fact;
  const about = { deviceId, deviceNumber, organizationId, dialect, identifier, epoch, atMs };
  switch (fact.kind) {
    case 'connected': {
      const message = { ...about, node: fact.edge, connectionId: fact.connectionId };
      return bus.persist(device.connected, params, message, options);
    }
    case 'disconnected':
      return bus.persist(device.disconnected, params, { ...about, reason: fact.reason }, options);
    case 'deleted':
      return bus.persist(device.deleted, params, { deviceId, deviceNumber, organizationId, atMs }, options);
    case 'changed': {
      const message = { deviceId, deviceNumber, organizationId, tags: [...fact.tags], atMs };
      return bus.persist(device.changed, params, message, options);
    }
  }
}

/** Tells those who watch the organization that a device came or went; who is not there misses it. */
export function publishLive(bus: Pick<Bus, 'publish'>, fact: DeviceFact): void {
  if (fact.kind === 'changed') return;
  const presence: messages.LivePresence = {
    deviceId: fact.deviceId,
    online: fact.kind === 'connected',
    epoch: fact.epoch,
    edge: fact.edge,
    reason: fact.kind === 'deleted' ? 'device_deleted' : fact.reason,
    atMs: fact.atMs,
  };
  const event: messages.LiveEvent = { event: { $case: 'presence', value: presence } };
  bus.publish(live.event, { organization: fact.organizationId }, event);
}
