// Admission survives a broken stream and always answers; disconnects are repeated until heard, newest epoch first.
import { EventEmitter } from 'node:events';
import type { registry } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import type { AdmittedDevice } from '../dialects/dialect.js';
import { Admission, type AdmissionOptions, type AdmitStream } from './admission.js';
import { Disconnects } from './disconnects.js';

class Stream extends EventEmitter implements AdmitStream {
  readonly requests: registry.AdmitRequest[] = [];
  write(request: registry.AdmitRequest): boolean {
    this.requests.push(request);
    return true;
  }
  end(): void {}
  cancel(): void {}
}

const origin = {
  dialect: 'camera',
  connectionId: 'c',
  remoteAddress: 'a',
  policy: 'open',
  traceparent: undefined,
} as const;
const question = (identifier: string) => ({ kind: 'admit', identifier, deviceKind: 'camera' }) as const;

function admission(changes: Partial<AdmissionOptions> = {}) {
  const streams: Stream[] = [];
  const open = (): Stream => {
    const stream = new Stream();
    streams.push(stream);
    return stream;
  };
  const parts = {
    node: 'n',
    boot: 'b',
    open,
    timeoutMs: 5_000,
    maxPending: 2,
    streamLost: () => undefined,
    ...changes,
  };
  return { admission: new Admission(parts), streams };
}

const admitted = ({ correlation }: registry.AdmitRequest): registry.AdmitResponse => {
  const device = { deviceId: 'id', deviceNumber: 1n, organizationId: 'o', timeZone: 'UTC', epoch: 1n };
  return { correlation, outcome: { $case: 'admitted', value: device } };
};

describe('Admission', () => {
  it('asks again on a new stream what the broken one left unanswered', async () => {
    const { admission: asked, streams } = admission();
    const answer = asked.admit(question('cam'), origin, undefined);
    streams[0]?.emit('error', new Error('gone'));
    await expect.poll(() => streams[1]?.requests).toHaveLength(1);
    const [request] = streams[1]?.requests ?? [];
    if (request === undefined) throw new Error('nothing was asked again');
    expect(request.identifier).toBe('cam');
    streams[1]?.emit('data', admitted(request));
    expect(await answer).toMatchObject({ kind: 'admitted', device: { identifier: 'cam' } });
    expect(asked.pending).toBe(0);
  });

  it('answers unavailable in time when nobody else does, and exhausted beyond its bound', async () => {
    const { admission: asked } = admission({ timeoutMs: 20 });
    const answers = ['a', 'b', 'c'].map((name) => asked.admit(question(name), origin, undefined));
    const codes = (await Promise.all(answers)).map((answer) =>
      answer.kind === 'refused' ? answer.code : answer.kind,
    );
    expect(codes).toEqual(['unavailable', 'unavailable', 'exhausted']);
  });
});

const device = (number: bigint, epoch: bigint): AdmittedDevice => {
  return { id: 'i', number, organizationId: 'o', timeZone: 'UTC', epoch, identifier: 'x' };
};

describe('Disconnects', () => {
  it('keeps what the registry did not hear, one entry per device with the newest epoch', async () => {
    const heard: string[] = [];
    const codes: string[] = [];
    let away = true;
    const disconnects = new Disconnects({
      send: async (list) => {
        if (away) throw new Fault('unavailable', 'away');
        heard.push(...list.map(({ deviceNumber, epoch, reason }) => `${deviceNumber}/${epoch} ${reason}`));
      },
      maxPending: 2,
      failed: (code) => codes.push(code),
      dropped: () => codes.push('dropped'),
    });
    disconnects.report(device(1n, 5n), 'new');
    disconnects.report(device(1n, 4n), 'old');
    disconnects.report(device(2n, 1n), 'other');
    disconnects.report(device(3n, 1n), 'too many');
    expect(await disconnects.flush()).toBe(false);
    away = false;
    expect(await disconnects.flush()).toBe(true);
    expect(heard).toEqual(['1/5 new', '2/1 other']);
    expect(codes).toEqual(['dropped', 'unavailable']);
  });
});
