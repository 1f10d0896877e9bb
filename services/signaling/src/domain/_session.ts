// A session as tests of decisions need it: ready for its first offer, both ends there and able to come back.
import type { Session } from './session.js';

export function sessionOf(more: Partial<Session> = {}): Session {
  return {
    id: '550e8400-e29b-41d4-a716-446655440000',
    organizationId: '018f0000-0000-7000-8000-000000000001',
    deviceId: '018f0000-0000-7000-8000-000000000002',
    deviceNumber: 7n,
    watcher: { userId: '018f0000-0000-7000-8000-000000000003', apiKey: false },
    viewer: { node: 'edge-1', boot: 'boot-1', connectionId: 'viewer-1', resumes: true },
    device: { node: 'edge-2', connectionId: 'device-1', epoch: 3n, resumes: true },
    state: 'pending',
    createdAtMs: 1_000,
    readyAtMs: 2_000,
    reason: '',
    step: 1,
    traceparent: '',
    ...more,
  };
}
