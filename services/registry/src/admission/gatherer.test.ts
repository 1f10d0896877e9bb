// How requests become batches, and what becomes of them when the database fails.
import { Fault } from '@mooring/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Admission, type AdmissionOutcome, parseAdmission } from '../domain/admission.js';
import type { Verdict } from '../store/admission.js';
import type { Unconfirmed } from '../store/sessions.js';
import { Gatherer } from './gatherer.js';

function admission(identifier: string, connectionId = 'c'): Admission {
  return parseAdmission({
    dialect: 'camera',
    identifier,
    deviceKind: 'camera',
    policy: 'enrolled',
    token: '',
    node: 'n',
    boot: 'b',
    connectionId,
    remoteAddress: '',
    traceparent: '',
  }) as Admission;
}

const admitted: Verdict = {
  kind: 'admitted',
  admitted: { deviceId: 'd', deviceNumber: 1n, organizationId: 'o', timeZone: 'UTC', epoch: 1n },
};

describe('Gatherer', () => {
  let batches: string[][];
  let ended: Unconfirmed[][];
  let answer: (batch: readonly Admission[]) => Promise<readonly Verdict[]>;
  let stop: AbortController;
  let running: Promise<void>;
  let gatherer: Gatherer;

  beforeEach(() => {
    batches = [];
    ended = [];
    answer = async (batch) => batch.map(() => admitted);
    stop = new AbortController();
    gatherer = new Gatherer({
      store: {
        admission: {
          admit: (batch) => {
            batches.push(batch.map(({ identifier }) => identifier));
            return answer(batch);
          },
          register: async () => [],
        },
        sessions: {
          endUnconfirmed: async (doubts: readonly Unconfirmed[]) => {
            ended.push([...doubts]);
            return doubts.length;
          },
        } as never,
      },
      superseded: () => undefined,
      committed: () => undefined,
    });
    running = gatherer.run({ signal: stop.signal, ready: () => undefined });
  });
  afterEach(async () => {
    stop.abort();
    await running;
  });

  const ask = (name: string, connection?: string): Promise<AdmissionOutcome> =>
    new Promise((resolve) => gatherer.submit({ admission: admission(name, connection), answer: resolve }));
  const code = async (asked: Promise<AdmissionOutcome>): Promise<string> => {
    const outcome = await asked;
    return 'refused' in outcome ? outcome.refused.code : 'admitted';
  };

  it('decides a thousand that come at once in two statements', async () => {
    const outcomes = await Promise.all(Array.from({ length: 1000 }, (_, index) => code(ask(`d${index}`))));
    expect(new Set(outcomes)).toEqual(new Set(['admitted']));
    expect(batches.map((batch) => batch.length)).toEqual([500, 500]);
  });

  it('decides two requests of a device one after the other', async () => {
    await Promise.all([ask('a', '1'), ask('b'), ask('a', '2')]);
    expect(batches).toEqual([['a', 'b'], ['a']]);
  });

  it('refuses as unavailable while the database is away, and first ends what may have begun', async () => {
    answer = () => Promise.reject(new Fault('unavailable', 'gone'));
    expect(await Promise.all([code(ask('a')), code(ask('b'))])).toEqual(['unavailable', 'unavailable']);
    expect(ended).toEqual([]);
    answer = async (batch) => batch.map(() => admitted);
    expect(await code(ask('c'))).toBe('admitted');
    expect(ended.map((doubts) => doubts.map(({ identifier }) => identifier))).toEqual([['a', 'b']]);
    await ask('d');
    expect(ended).toHaveLength(1);
  });

  it('refuses what is unknown when nothing registers it', async () => {
    answer = async (batch) => batch.map(() => ({ kind: 'unknown' }));
    expect(await code(ask('a'))).toBe('not_found');
  });

  it('holds so many and tells the others so, then lets all go at its stop', async () => {
    let first: Promise<string> | undefined;
    let decide = (_: readonly Verdict[]): void => undefined;
    await new Promise<void>((asked) => {
      answer = () => {
        asked();
        return new Promise((resolve) => {
          decide = resolve;
        });
      };
      first = code(ask('first'));
    });
    const waiting = Array.from({ length: 50_000 }, (_, index) => code(ask(`w${index}`)));
    expect(await code(ask('one more'))).toBe('exhausted');
    stop.abort();
    decide([admitted]);
    expect(await first).toBe('admitted');
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['unavailable']));
    expect(await code(ask('late'))).toBe('unavailable');
  });
});
