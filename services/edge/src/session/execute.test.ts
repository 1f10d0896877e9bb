// Commands through a session: written once per number and repeat, answered again, and gone when nothing could go out.
import { describe, expect, it } from 'vitest';
import type { Effect, Input, Taken } from '../dialects/dialect.js';
import { admit, device, frame, run, toy } from './_toy.js';

const written: Taken = { outcome: 'written', answerWithinMs: 5_000, repeatable: true, retries: 1 };
const command = (number: number, repeat = 0) =>
  ({ number, repeat, action: { kind: 'switch', on: true } }) as const;

/** A session of device 7, epoch 5, whose dialect answers a command with `effects`. */
async function holding(effects: (number: number) => readonly Effect[]) {
  const parts = toy((input: Input) => {
    if (input.on === 'frame') return [admit];
    return input.on === 'command' && input.command.kind === 'execute' ? effects(input.command.number) : [];
  });
  const rig = run(parts, { kind: 'admitted', device: device(7n, 5n) });
  rig.session.frame(frame('f'), false);
  await expect.poll(() => rig.did.includes('admission admitted')).toBeTruthy();
  rig.did.length = 0;
  return rig;
}
const writes = (number: number): Effect[] => [
  { do: 'send', frame: String(number) },
  { do: 'taken', taken: written },
];

describe('a command', () => {
  it('reaches the dialect with its device, and comes back with what the dialect did', async () => {
    const { session, did } = await holding(writes);
    expect(session.execute(7n, 5n, command(1))).toEqual(written);
    expect(did).toEqual(['send 1']);
  });

  it('for another device or epoch is gone', async () => {
    const { session, did } = await holding(writes);
    expect([session.execute(7n, 4n, command(1)), session.execute(8n, 5n, command(1))]).toEqual([
      'gone',
      'gone',
    ]);
    expect(did).toEqual([]);
  });

  it('for a connection that is closing or closed is gone, even when it was written before', async () => {
    const { session } = await holding(writes);
    session.execute(7n, 5n, command(1));
    session.end('drain', 'drain');
    expect(session.execute(7n, 5n, command(1))).toBe('gone');
    session.closed('peer_closed');
    expect(session.execute(7n, 5n, command(2))).toBe('gone');
  });

  it('of which the dialect says nothing is not supported', async () => {
    const { session } = await holding(() => []);
    expect(session.execute(7n, 5n, command(1))).toMatchObject({ outcome: 'refused', code: 'unsupported' });
  });

  it('whose frame is dropped is gone, though the dialect meant to have written it', async () => {
    const { session, did, stopReading } = await holding(writes);
    stopReading();
    expect(session.execute(7n, 5n, command(1))).toBe('gone');
    expect(did).toEqual(['send 1', 'slow reader', 'end 4000 overload']);
  });

  it('over which the dialect throws is gone, and so is the connection', async () => {
    const { session, did } = await holding(() => {
      throw new Error('bug');
    });
    expect(session.execute(7n, 5n, command(1))).toBe('gone');
    expect(did).toEqual(['crashed', 'end 4000 internal']);
  });
});

describe('a command delivered again', () => {
  it('is answered again and not written again; a higher repeat is written', async () => {
    const { session, did } = await holding(writes);
    const replies = [0, 0, 1, 1, 0].map((repeat) => session.execute(7n, 5n, command(1, repeat)));
    expect(replies).toEqual(Array(5).fill(written));
    expect(did).toEqual(['send 1', 'send 1']);
  });

  it('is remembered among the last 64', async () => {
    const { session, did } = await holding(writes);
    for (let number = 1; number <= 64; number++) session.execute(7n, 5n, command(number));
    session.execute(7n, 5n, command(1, 1));
    did.length = 0;
    session.execute(7n, 5n, command(2));
    expect(did).toEqual([]);
    session.execute(7n, 5n, command(65));
    session.execute(7n, 5n, command(1, 1));
    session.execute(7n, 5n, command(2));
    expect(did).toEqual(['send 65', 'send 2']);
  });

  it('is decided anew when it was refused', async () => {
    let joined = false;
    const refused: Taken = { outcome: 'refused', code: 'not_joined', message: '' };
    const { session } = await holding((number) =>
      joined ? writes(number) : [{ do: 'taken', taken: refused }],
    );
    expect(session.execute(7n, 5n, command(1))).toEqual(refused);
    joined = true;
    expect(session.execute(7n, 5n, command(1))).toEqual(written);
  });
});
