// A session performs effects in order, keeps presence honest and contains what one connection does wrong.
import { describe, expect, it } from 'vitest';
import type { AdmittedDevice, Answer, Dialect, Effect, Hello, Input } from '../dialects/dialect.js';
import type { SessionPorts, Settled } from './ports.js';
import { Session } from './session.js';

const hello: Hello = {
  path: '/toy',
  query: '',
  headers: {},
  remoteAddress: '192.0.2.1',
  connectionId: 'c-1',
  policy: 'open',
};
const device = (number: bigint, epoch = 1n): AdmittedDevice => ({
  id: `id-${number}`,
  number,
  organizationId: 'o',
  timeZone: 'UTC',
  epoch,
  identifier: String(number),
});
const limits = { maxFrameBytes: 10, idleS: 60, framesPerS: 5, frameBurst: 5 };

/** A dialect whose behaviour is the function given; it remembers every input. */
function toy(behave: (input: Input) => readonly Effect[], opening: readonly Effect[] = []) {
  const inputs: Input[] = [];
  const dialect: Dialect<null> = {
    name: 'kinetid',
    limits,
    upgrade: () => ({ accept: true }),
    open: () => ({ state: null, effects: opening }),
    step(state, input) {
      inputs.push(input);
      return { state, effects: behave(input) };
    },
    closeFor: (reason) => ({ code: 4000, text: reason }),
  };
  return { dialect, inputs };
}

type Answering = Answer | Promise<Answer> | ((identifier: string) => Answer);

function run(parts: ReturnType<typeof toy>, answer: Answering = { kind: 'authenticated', userId: 'u' }) {
  const did: string[] = [];
  const settled: Settled[] = [];
  const ports: SessionPorts = {
    emit(event, _, sequence, receipt) {
      did.push(`emit ${event.kind} ${sequence}`);
      if (receipt !== undefined) settled.push(receipt);
    },
    ask: async (question) => {
      did.push(`ask ${question.kind}`);
      return typeof answer === 'function'
        ? answer(question.kind === 'admit' ? question.identifier : '')
        : answer;
    },
    left: ({ number, epoch }, reason) => did.push(`left ${number}/${epoch} ${reason}`),
    events: {
      counted: (_, outcome, what) => did.push(`${outcome} ${what}`),
      admission: (_, outcome) => did.push(`admission ${outcome}`),
      crashed: () => did.push('crashed'),
      tooFast: () => did.push('too fast'),
      slowReader: () => did.push('slow reader'),
    },
    sampler: { run: (_, __, fn) => fn() },
  };
  let reads = true;
  const peer = {
    send: (frame: string | Uint8Array) => {
      did.push(`send ${frame}`);
      return reads;
    },
    end: (code: number, text: string) => did.push(`end ${code} ${text}`),
  };
  const session = new Session(parts.dialect, hello, peer, ports, { frameRateFactor: 1 });
  const stopReading = () => {
    reads = false;
  };
  return { session, did, settled, stopReading };
}

const frame = (text: string) => new TextEncoder().encode(text);
const onFrame = (effects: readonly Effect[]) => (input: Input) => (input.on === 'frame' ? effects : []);
const admit: Effect = {
  do: 'ask',
  as: 'me',
  question: { kind: 'admit', identifier: '7', deviceKind: 'plug' },
};

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
