// A session performs effects in order, keeps presence honest and contains what one connection does wrong.
import { describe, expect, it } from 'vitest';
import type { Answer, Effect } from '../dialects/dialect.js';
import { admit, device, frame, onFrame, run, toy } from './_toy.js';

describe('effects', () => {
  it('are performed in the order in which the dialect gave them', () => {
    const log = {
      kind: 'log',
      device: device(1n),
      name: 'n',
      level: 'info',
      message: '',
      timeMs: 0,
      fields: {},
    } as const;
    const effects: Effect[] = [
      { do: 'send', frame: 'a' },
      { do: 'emit', event: log },
      { do: 'count', outcome: 'ignored', what: 'x' },
      { do: 'emit', event: log },
      { do: 'close', close: { code: 1008, text: 'no' }, reason: 'bad' },
      { do: 'send', frame: 'after the close' },
    ];
    const { session, did } = run(toy(onFrame(effects)));
    session.frame(frame('f'), false);
    expect(did).toEqual(['send a', 'emit log 1', 'ignored x', 'emit log 2', 'end 1008 no']);
  });

  it('that answer at once wait until the running step is performed', () => {
    const facts = { kind: 'facts', device: device(1n), timeMs: 0 } as const;
    const parts = toy((input) => {
      if (input.on === 'frame')
        return [
          { do: 'emit', event: facts, receipt: 'r' },
          { do: 'send', frame: 'first' },
        ];
      return [{ do: 'send', frame: `answer to ${input.on === 'answer' ? input.to : '?'}` }];
    });
    const { session, did, settled } = run(parts);
    session.frame(frame('f'), false);
    for (const settle of settled) settle('durable');
    expect(did).toEqual(['emit facts 1', 'send first', 'send answer to r']);
  });

  it('of a timer come back as an input, unless it was disarmed', async () => {
    const parts = toy(
      (input) => (input.on === 'timer' ? [{ do: 'send', frame: input.timer }] : []),
      [
        { do: 'arm', timer: 'never', afterMs: 1 },
        { do: 'arm', timer: 'soon', afterMs: 5 },
        { do: 'disarm', timer: 'never' },
      ],
    );
    const { did } = run(parts);
    await expect.poll(() => did.length > 0).toBeTruthy();
    expect(did).toEqual(['send soon']);
  });
});

describe('presence', () => {
  it('ends for every admitted device, children first, with the reason the edge closed for', async () => {
    const child: Effect = {
      do: 'ask',
      as: 'child',
      question: { kind: 'admit', identifier: '8', deviceKind: 'plug', gateway: device(7n) },
    };
    const admitted = (identifier: string): Answer => ({
      kind: 'admitted',
      device: device(BigInt(identifier), 3n),
    });
    const { session, did } = run(toy(onFrame([admit, child])), admitted);
    session.frame(frame('f'), false);
    await expect.poll(() => did.filter((line) => line === 'admission admitted').length === 2).toBeTruthy();
    session.end('drain', 'drain');
    session.closed('peer_closed');
    expect(did.slice(-3)).toEqual(['end 4000 drain', 'left 8/3 drain', 'left 7/3 drain']);
  });

  it('of a device admitted after its socket had gone is given back at once', async () => {
    let answer: (answer: Answer) => void = () => undefined;
    const { session, did } = run(toy(onFrame([admit])), new Promise((resolve) => (answer = resolve)));
    session.frame(frame('f'), false);
    session.closed('connection_lost');
    answer({ kind: 'admitted', device: device(7n) });
    await expect.poll(() => did.includes('left 7/1 closed_while_admitting')).toBeTruthy();
  });

  it('leaves a note of a console that was opened when its person had gone', async () => {
    const ask: Effect = {
      do: 'ask',
      as: 'may',
      question: { kind: 'open_console', person: { userId: 'u' }, device: 'd', console: 'iex' },
    };
    let answer: (answer: Answer) => void = () => undefined;
    const { session, did } = run(toy(onFrame([ask])), new Promise((resolve) => (answer = resolve)));
    session.frame(frame('f'), false);
    session.closed('connection_lost');
    const about = { sessionId: 's', kind: 'iex', deviceId: 'd', organizationId: 'o', actor: 'u' } as const;
    const end = { node: 'n', connectionId: 'c', deviceNumber: 7n, epoch: 1n };
    answer({ kind: 'console', session: { ...about, device: end } });
    await expect.poll(() => did.includes('emit audit 1')).toBeTruthy();
  });

  it('reacts only to deliveries for the epoch that is here', async () => {
    const parts = toy((input) => {
      if (input.on === 'frame') return [admit];
      return input.on === 'command'
        ? [{ do: 'close', close: { code: 1008, text: '' }, reason: 'replaced' }]
        : [];
    });
    const { session, did } = run(parts, { kind: 'admitted', device: device(7n, 5n) });
    session.frame(frame('f'), false);
    await expect.poll(() => did.includes('admission admitted')).toBeTruthy();
    expect([session.superseded(7n, 4n), session.superseded(9n, 5n), session.disconnect(7n, 6n, 'x')]).toEqual(
      [false, false, false],
    );
    expect(session.superseded(7n, 5n)).toBe(true);
    expect(did.at(-1)).toBe('end 1008 ');
  });

  it('is seen once per round, and only when something was heard', async () => {
    const { session, did } = run(toy(onFrame([admit])), { kind: 'admitted', device: device(7n) });
    session.frame(frame('f'), false);
    await expect.poll(() => did.includes('admission admitted')).toBeTruthy();
    expect(session.seen().map(({ number }) => number)).toEqual([7n]);
    expect(session.seen()).toEqual([]);
    session.alive();
    expect(session.seen()).toHaveLength(1);
  });
});

describe('what one connection does wrong', () => {
  it('is limited: the frame after the burst closes', () => {
    const { session, did } = run(toy(() => []));
    for (let i = 0; i < 6; i++) session.frame(frame('f'), false);
    expect(did).toEqual(['too fast', 'end 4000 too_fast']);
  });

  it('is bounded: a frame over the limit closes before the dialect sees it', () => {
    const parts = toy(() => []);
    const { session, did } = run(parts);
    session.frame(frame('01234567890'), false);
    expect(did).toEqual(['malformed frame_too_big', 'end 4000 too_big']);
    expect(parts.inputs).toEqual([]);
  });

  it('is contained: a dialect that throws costs its own connection', () => {
    const parts = toy(() => {
      throw new Error('bug');
    });
    const { session, did } = run(parts);
    session.frame(frame('f'), false);
    expect(did).toEqual(['crashed', 'end 4000 internal']);
  });

  it('is not waited for: who does not read is closed', () => {
    const { session, did, stopReading } = run(toy(onFrame([{ do: 'send', frame: 'a' }])));
    stopReading();
    session.frame(frame('f'), false);
    expect(did).toEqual(['send a', 'slow reader', 'end 4000 overload']);
  });
});
