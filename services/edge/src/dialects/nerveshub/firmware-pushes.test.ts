// What firmware-update has a device told: the frames as recorded, what old devices are spared, and devices that ask.
import { describe, expect, it } from 'vitest';
import type { Answer, Effect, Json, JsonObject } from '../dialect.js';
import type { FirmwarePush, UpdateOffer } from '../firmware-push.js';
import { counted, emitted, helloFor, NOW, Rig, vectorsOf } from './_rig.js';
import { nerveshub } from './nerveshub.js';

interface Frame {
  readonly frame: readonly [string | null, string | null, string, string, JsonObject];
}
const recorded = new Map(
  vectorsOf<Frame, unknown>('sample_frame').map((vector) => [vector.name, vector.input.frame]),
);
const [sequence] = vectorsOf<{ server_sends: Frame }, { then: readonly Partial<Frame>[] }>('update_sequence');

function joined(params: JsonObject = { device_api_version: '2.3.0' }) {
  const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
  rig.json(['1', '1', 'device', 'phx_join', params]);
  const push = (push: FirmwarePush) => rig.deliver({ on: 'push', push });
  return { rig, push };
}

const key = Buffer.from('6tuMN4FVxta5RminxCDyHyptBT1nSbwWZGm9cNoaq/E=', 'base64');

/** The offer of which a recorded payload is the wire form. */
function offerIn(payload: JsonObject | undefined): UpdateOffer {
  const said = Object(payload);
  const { vcs_identifier: vcsIdentifier, ...meta } = said.firmware_meta;
  return {
    url: said.firmware_url,
    firmware: { ...meta, vcsIdentifier },
    deploymentNumber: said.deployment_id ?? undefined,
    sizeBytes: said.size,
    sha256: said.checksum,
    partSha256: said.partials_checksums,
    firmwareKeys: [key],
  };
}

const archive = Object(recorded.get('sample s2c archive')?.[4]);
const update = offerIn(recorded.get('sample s2c update')?.[4]);

const pushes: readonly [string, FirmwarePush][] = [
  ['sample s2c update', { is: 'update', update }],
  [
    'sample s2c archive',
    {
      is: 'archive',
      archive: { ...archive, sizeBytes: archive.size, uploadedAtMs: Date.UTC(2026, 0, 1) },
    },
  ],
  ['sample s2c fwup_public_keys', { is: 'firmware_keys', keys: [key] }],
];

const accepted = (effects: readonly Effect[]) => effects.filter((effect) => effect.do === 'accept');

describe('a push', () => {
  it.each(pushes)('is written as in %s', (name, content) => {
    const { rig, push } = joined();
    const effects = push(content);
    expect(rig.seen(effects)).toEqual([{ recv: recorded.get(name) }]);
    expect(accepted(effects)).toEqual([{ do: 'accept', joined: true }]);
  });

  it('of archive keys and of the code that runs on connecting have their events', () => {
    const { rig, push } = joined();
    const keys = { keys: [key.toString('base64')] };
    expect(rig.seen(push({ is: 'archive_keys', keys: [key] }))).toEqual([
      { recv: [null, null, 'device', 'archive_public_keys', keys] },
    ]);
    expect(rig.seen(push({ is: 'connecting_code', text: ':ok' }))).toEqual([
      { recv: ['1', null, 'device', 'scripts/run', { text: ':ok', ref: 'connecting_code' }] },
    ]);
  });

  it('of an update tells the keys first to a device that asks for them, so that it can verify it at once', () => {
    const asks = { device_api_version: '2.3.0', fwup_public_keys: 'on_connect' };
    const { rig, push } = joined(asks);
    const keys = { recv: recorded.get('sample s2c fwup_public_keys') };
    const offer = { recv: recorded.get('sample s2c update') };
    const told = push({ is: 'update', update });
    expect(rig.seen(told)).toEqual([keys, offer]);
    expect(accepted(told)).toHaveLength(1);
    expect(rig.seen(push({ is: 'update', update: { ...update, firmwareKeys: [] } }))).toEqual([offer]);
    rig.json(['2', '2', 'device', 'phx_join', { ...asks, fwup_public_keys: null }]);
    expect(rig.seen(push({ is: 'update', update }))).toEqual([offer]);
  });

  it('that a person ordered is of no deployment', () => {
    const { rig, push } = joined();
    const { deploymentNumber: _, ...ordered } = update;
    expect(rig.seen(push({ is: 'update', update: ordered }))).toMatchObject([
      { recv: [null, null, 'device', 'update', { deployment_id: null }] },
    ]);
  });

  it.each([
    ['1.0.0', { is: 'connecting_code', text: ':ok' } as const, 'ignored script_of_old_device'],
    ['2.0.0', { is: 'connecting_code', text: ':ok' } as const, 'ignored script_of_old_device'],
    ['1.9.0', pushes[1]?.[1], 'ignored archive_of_old_device'],
  ])('to a device of version %s is spared it, and taken', (version, content, what) => {
    if (content === undefined) throw new Error('no push');
    const { rig, push } = joined({ device_api_version: version });
    const effects = push(content);
    expect([rig.seen(effects), counted(effects)]).toEqual([[], [what]]);
    expect(accepted(effects)).toEqual([{ do: 'accept', joined: true }]);
  });

  it('finds nobody before the join and after the leave', () => {
    const { rig, push } = joined();
    rig.json(['1', '9', 'device', 'phx_leave', {}]);
    expect(push({ is: 'update', update })).toEqual([{ do: 'accept', joined: false }]);
    const early = new Rig(nerveshub, helloFor('vsn=2.0.0'));
    expect(early.deliver({ on: 'push', push: { is: 'update', update } })).toEqual([]);
  });
});

describe('a whole update', () => {
  it('is offered, reported step by step, and ends with a join that names the new firmware', () => {
    const { rig, push } = joined();
    const offer = sequence?.input.server_sends.frame;
    expect(rig.seen(push({ is: 'update', update: offerIn(offer?.[4]) }))).toEqual([{ recv: offer }]);
    const statuses = (sequence?.expected.then ?? []).flatMap(({ frame }) => {
      if (frame === undefined) return [];
      const effects = rig.json(frame);
      return emitted(effects).flatMap((each) => (each.kind === 'update' ? [each] : []));
    });
    expect(statuses.map(({ status, progress }) => [status, progress])).toEqual([
      ['received', undefined],
      ['updating', 0],
      ['started', undefined],
      ['updating', 100],
      ['completed', undefined],
    ]);
    const { uuid } = offerIn(offer?.[4]).firmware;
    const again = new Rig(nerveshub, helloFor('vsn=2.0.0'));
    const rejoined = emitted(
      again.json(['1', '1', 'device', 'phx_join', { nerves_fw_uuid: uuid, nerves_fw_validated: '1' }]),
    );
    const firmware = { uuid, validated: true, reverted: false, downloadingUuid: '' };
    expect(rejoined).toContainEqual(
      expect.objectContaining({ status: 'joined', joined: expect.objectContaining(firmware) }),
    );
  });
});

describe('a device that asks whether an update waits', () => {
  const ask = (rig: Rig<unknown>, ref: string | number = '2'): readonly Effect[] =>
    rig.json(['1', ref, 'device', 'check_update_available', {}]);
  const nameOf = (effects: readonly Effect[]): string => {
    const asked = effects.find((effect) => effect.do === 'ask');
    return asked?.do === 'ask' ? asked.as : '';
  };
  const reply = (ref: Json, response: Json) => [
    { recv: ['1', ref, 'device', 'phx_reply', { status: 'ok', response }] },
  ];
  const none = { update_available: false };

  it('is answered under its refs once firmware-update has answered', () => {
    const { rig } = joined();
    const asked = ask(rig, 7);
    expect(asked).toMatchObject([{ do: 'ask', question: { kind: 'check_update' } }]);
    const due = rig.answer(nameOf(asked), { kind: 'update_due', update });
    expect(rig.seen(due)).toEqual(reply(7, recorded.get('sample s2c update')?.[4] ?? null));
  });

  it.each<Answer>([
    { kind: 'update_due', update: undefined },
    { kind: 'refused', code: 'unavailable', message: 'nobody answers' },
  ])('is told of none by %j, and may ask again', (answer) => {
    const { rig } = joined();
    for (const ref of ['2', '3']) {
      expect(rig.seen(rig.answer(nameOf(ask(rig, ref)), answer))).toEqual(reply(ref, none));
    }
  });

  it('asks once at a time', () => {
    const { rig } = joined();
    ask(rig);
    const again = ask(rig, '3');
    expect(rig.seen(again)).toEqual(reply('3', none));
    expect(counted(again)).toEqual(['refused check_update']);
  });

  it('hears nothing on a channel that it has left or joined anew', () => {
    const { rig } = joined();
    const asked = nameOf(ask(rig));
    rig.json(['5', '5', 'device', 'phx_join', {}], NOW);
    expect(rig.seen(rig.answer(asked, { kind: 'update_due', update }))).toEqual([]);
    const next = rig.json(['5', '6', 'device', 'check_update_available', {}]);
    expect(next).toMatchObject([{ do: 'ask' }]);
  });
});
