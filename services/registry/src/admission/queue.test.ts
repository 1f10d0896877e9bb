// Order, bound, and one request per device and batch.
import { describe, expect, it } from 'vitest';
import { type Admission, parseAdmission } from '../domain/admission.js';
import { AdmissionQueue } from './queue.js';

function waiting(identifier: string, connectionId = 'c') {
  const admission = parseAdmission({
    dialect: 'camera',
    identifier,
    deviceKind: 'camera',
    policy: 'open',
    token: '',
    node: 'n',
    boot: 'b',
    connectionId,
    remoteAddress: '',
    traceparent: '',
  }) as Admission;
  return { admission, answer: () => undefined };
}

const names = (batch: readonly { admission: Admission }[]) =>
  batch.map(({ admission }) => `${admission.identifier}/${admission.connectionId}`);

describe('AdmissionQueue', () => {
  it('keeps a second request for a device for the next batch, in order', () => {
    const queue = new AdmissionQueue(10);
    for (const [name, connection] of [
      ['a', '1'],
      ['a', '2'],
      ['b', '1'],
      ['a', '3'],
      ['c', '1'],
    ] as const) {
      queue.push(waiting(name, connection));
    }
    expect(names(queue.take(2))).toEqual(['a/1', 'b/1']);
    expect(names(queue.take(2))).toEqual(['a/2', 'c/1']);
    expect(names(queue.take(2))).toEqual(['a/3']);
    expect(queue.size).toBe(0);
  });

  it('refuses what it has no room for', () => {
    const queue = new AdmissionQueue(1);
    expect([queue.push(waiting('a')), queue.push(waiting('b'))]).toEqual([true, false]);
    expect(queue.size).toBe(1);
  });
});
