// What the device channel makes of a join and of each message, against the vectors and by effect lists.
import { describe, expect, it } from 'vitest';
import type { DeviceEvent, Json, JsonObject } from '../dialect.js';
import { counted, device, emitted, helloFor, NOW, Rig, vectorsOf } from './_rig.js';
import { type GatedEvent, understands } from './api-version.js';
import { nerveshub } from './nerveshub.js';
import { networkKind } from './network-interface.js';

function joinedWith(payload: Json = {}, topic = 'device') {
  const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
  const effects = rig.json(['1', '1', topic, 'phx_join', payload]);
  const push = (event: string, body: Json, now?: number) => rig.json(['1', '2', topic, event, body], now);
  return { rig, effects, push };
}

function profileOf(events: readonly DeviceEvent[]): JsonObject | undefined {
  const found = events.find((event) => event.kind === 'facts');
  return found?.kind === 'facts' ? found.profile : undefined;
}

describe('joining', () => {
  const [sample] = vectorsOf<{ frame: [string, string, string, string, JsonObject] }, unknown>(
    'sample_frame',
  );

  it('tells the firmware, the client and that it joined; then invites to the extensions', () => {
    const { rig, effects } = joinedWith(sample?.input.frame[4]);
    expect(emitted(effects)).toEqual([
      {
        kind: 'facts',
        device,
        timeMs: NOW,
        firmware: {
          uuid: 'ed3c404e-dbb1-5b02-3528-0d08a644895e',
          product: 'demo',
          platform: 'rpi0',
          architecture: 'arm',
          version: '1.0.0',
          author: 'Ron Swanson',
          description: 'Demo firmware',
          vcs_identifier: '0f1e2d3c',
          misc: '',
          validated: true,
          validation_status: 'validated',
          auto_revert_detected: false,
        },
        profile: {
          device_api_version: '2.3.0',
          console_version: '2.0.0',
          fwup_version: '1.16.0',
          currently_downloading_uuid: null,
        },
      },
      {
        kind: 'update',
        device,
        timeMs: NOW,
        status: 'joined',
        joined: {
          uuid: 'ed3c404e-dbb1-5b02-3528-0d08a644895e',
          product: 'demo',
          platform: 'rpi0',
          architecture: 'arm',
          version: '1.0.0',
          validated: true,
          reverted: false,
          downloadingUuid: '',
          apiVersion: '2.3.0',
          fwupVersion: '1.16.0',
          wantsFirmwareKeys: true,
          wantsArchiveKeys: true,
        },
      },
      {
        kind: 'log',
        device,
        name: 'joined',
        level: 'info',
        message: 'joined',
        timeMs: NOW,
        fields: { uuid: 'ed3c404e-dbb1-5b02-3528-0d08a644895e', product: 'demo', version: '1.0.0' },
      },
    ]);
    expect(rig.seen(effects)).toEqual([
      { recv: ['1', '1', 'device', 'phx_reply', { status: 'ok', response: {} }] },
      { recv: ['1', null, 'device', 'extensions:get', {}] },
    ]);
  });

  it('is understood in all that real clients were seen to send', () => {
    const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
    const said = vectorsOf<
      { direction: string; frame: [string, string, string, string, JsonObject] },
      unknown
    >('sample_frame').filter(({ input }) => input.direction === 'c2s');
    rig.json(['2', '2', 'console', 'phx_join', {}]);
    for (const { input } of said.filter(({ input }) => input.frame[3] === 'phx_join')) rig.json(input.frame);
    for (const { name, input } of said) expect([name, counted(rig.json(input.frame))]).toEqual([name, []]);
    expect(said.length).toBeGreaterThan(7);
  });

  it('clears what the firmware before said, but only when there is another one', () => {
    const firmware = (payload: Json) => {
      const [facts] = emitted(joinedWith(payload).effects);
      return facts?.kind === 'facts' ? facts.firmware : undefined;
    };
    expect(firmware({ nerves_fw_uuid: 'u', nerves_fw_validated: '0' })).toMatchObject({
      uuid: 'u',
      misc: null,
      validated: false,
      validation_status: 'not_validated',
    });
    expect(firmware({ nerves_fw_uuid: 'u' })).toMatchObject({
      validated: null,
      validation_status: 'unknown',
    });
    expect(firmware({})).toEqual({});
    expect(firmware({ nerves_fw_version: '1.0.0', nerves_fw_: 'x', other: 'y' })).toEqual({
      version: '1.0.0',
    });
  });

  it.each(vectorsOf<{ device_api_version: string | null }, Record<GatedEvent, boolean>>('api_version_gate'))(
    '$name',
    ({ input, expected }) => {
      const version = input.device_api_version;
      for (const [event, gate] of Object.entries(expected)) {
        expect(understands(version, event as GatedEvent)).toBe(gate);
      }
      const { rig, effects } = joinedWith(version === null ? {} : { device_api_version: version });
      const pushed = rig.seen(effects).length > 1;
      expect(pushed).toBe(expected['extensions:get']);
    },
  );

  it('places a pre-release before its release and cannot read other versions', () => {
    expect(understands('2.2.0-rc.1', 'extensions:get')).toBe(false);
    expect(understands('2.3.0-rc.1', 'extensions:get')).toBe(true);
    expect(understands('10.0.0', 'extensions:get')).toBe(true);
    for (const odd of ['2.2', 'v2.2.0', '', 2.2, null])
      expect(understands(odd, 'extensions:get')).toBe(false);
  });
});

describe('updates', () => {
  type Status = { inflight?: string; treated_as?: string; reason?: string; mooring?: string };
  const statusOf = (expected: Status, said: unknown): string => {
    if (expected.treated_as !== undefined) return expected.treated_as;
    if (expected.mooring !== undefined)
      return expected.mooring.startsWith('record') ? String(said) : (expected.mooring.split(' ')[0] ?? '');
    return expected.inflight === 'deleted' ? String(said) : (expected.inflight ?? '');
  };

  it.each(vectorsOf<{ payload: JsonObject }, Status>('status_update'))('$name', ({ input, expected }) => {
    const { push } = joinedWith();
    const events = emitted(push('status_update', input.payload));
    const status = statusOf(expected, input.payload['status']);
    expect(events[0]).toMatchObject({ kind: 'update', device, timeMs: NOW, status });
    if (expected.reason !== undefined) expect(events[0]).toMatchObject({ reason: expected.reason });
    expect(events[1]).toMatchObject({ kind: 'log', name: 'update_status' });
    const reported = { update: { status, progress: null } };
    if (status === 'idle' || status === 'unknown') expect(events).toHaveLength(2);
    else expect(events[2]).toMatchObject({ kind: 'facts', reported });
  });

  it('takes minutes for rescheduled, and the client minimum when there are none', () => {
    const { push } = joinedWith();
    const delayOf = (body: Json) => {
      const [event] = emitted(push('status_update', body));
      return event?.kind === 'update' ? event.delayS : undefined;
    };
    expect(delayOf({ status: 'rescheduled', delay_for: 15 })).toBe(900);
    expect(delayOf({ state: 'update_rescheduled' })).toBe(300);
    expect(delayOf({ status: 'rescheduled', delay_for: -1 })).toBe(300);
    expect(delayOf({ status: 'rescheduled', delay_for: 1e300 })).toBe(604_800);
    expect(delayOf({ status: 'failed', delay_for: 15 })).toBeUndefined();
  });

  it('reads words in any spelling, keeps unknown ones as a note and counts a missing one', () => {
    const { push } = joinedWith();
    const first = (body: Json) => emitted(push('status_update', body))[0];
    expect(first({ status: 'Update-Failed' })).toMatchObject({ status: 'failed' });
    expect(first({ status: 'fwup_error' })).toMatchObject({ status: 'failed', reason: 'fwup error' });
    expect(first({ status: 'on fire\u0000' })).toMatchObject({ status: 'unknown', reason: 'on fire\ufffd' });
    for (const body of [{}, { status: 5 }, [], 'completed', null]) {
      expect(counted(push('status_update', body))).toEqual(['malformed update_status']);
    }
  });

  it.each(
    vectorsOf<{ event: string; payload: JsonObject }, { status: string; progress: number | null }>(
      'progress',
    ),
  )('$name', ({ input, expected }) => {
    const { push } = joinedWith();
    const events = emitted(push(input.event, input.payload));
    const progress = expected.progress === null ? {} : { progress: expected.progress };
    expect(events[0]).toEqual({ kind: 'update', device, timeMs: NOW, status: expected.status, ...progress });
    expect(events.at(-1)).toMatchObject({ kind: 'facts', reported: { update: expected } });
  });

  it('emits every percent and logs every tenth', () => {
    const { push } = joinedWith();
    const events = Array.from({ length: 101 }, (_, value) =>
      emitted(push('fwup_progress', { value, stage: 'updating' })),
    ).flat();
    expect(events.filter((event) => event.kind === 'update')).toHaveLength(101);
    expect(events.filter((event) => event.kind === 'facts')).toHaveLength(101);
    expect(events.filter((event) => event.kind === 'log')).toHaveLength(11);
    const again = emitted(push('fwup_progress', { value: 100, stage: 'updating' }));
    expect(again.map((event) => event.kind)).toEqual(['update']);
  });

  it('keeps progress within 0 and 100 and counts one without a value', () => {
    const { push } = joinedWith();
    expect(emitted(push('fwup_progress', { value: -5 }))[0]).toMatchObject({ progress: 0 });
    expect(emitted(push('fwup_progress', { value: 900, stage: 'updating' }))[0]).toMatchObject({
      progress: 100,
    });
    expect(counted(push('fwup_progress', { value: 'much' }))).toEqual(['malformed update_progress']);
  });
});

describe('other messages', () => {
  it('logs a reboot and a validation', () => {
    const { push } = joinedWith();
    expect(emitted(push('rebooting', {}))).toMatchObject([{ kind: 'log', name: 'rebooting' }]);
    expect(emitted(push('firmware_validated', {}))).toMatchObject([
      { kind: 'facts', firmware: { validated: true, validation_status: 'validated' } },
      { kind: 'update', status: 'validated' },
      { kind: 'log', name: 'firmware_validated' },
    ]);
  });

  it.each(vectorsOf<{ interface: string }, { kind: string }>('network_interface'))(
    '$name',
    ({ input, expected }) => {
      expect(networkKind(input.interface)).toBe(expected.kind);
      const { push } = joinedWith();
      const network = { interface: input.interface, kind: expected.kind };
      const events = emitted(push('report_network_interface', input));
      expect(profileOf(events)).toEqual({ network });
      expect(events).toContainEqual({
        ...{ kind: 'update', device, timeMs: NOW, status: 'network' },
        network: expected.kind,
      });
    },
  );

  it('keeps the connection types that are text', () => {
    const { push } = joinedWith();
    const events = emitted(push('connection_types', { values: ['wifi', 7, 'ethernet'] }));
    expect(profileOf(events)).toEqual({ connection_types: ['wifi', 'ethernet'] });
    expect(counted(push('connection_types', { values: 'wifi' }))).toEqual(['malformed connection_types']);
  });

  it('answers where it is at once, and nothing that wants no answer', () => {
    const { rig, push } = joinedWith();
    const replyTo = (event: string, body: Json) => rig.seen(push(event, body));
    const place = { latitude: 52.1, longitude: 4.3, source: 'geoip' };
    const effects = push('location:update', place);
    expect(rig.seen(effects)).toEqual([
      { recv: ['1', '2', 'device', 'phx_reply', { status: 'ok', response: {} }] },
    ]);
    expect(profileOf(emitted(effects))).toEqual({ location: { ...place, accuracy: null } });
    for (const event of ['rebooting', 'fwup_progress', 'status_update', 'scripts/run', 'made_up']) {
      expect(replyTo(event, { value: 1, status: 'started' })).toEqual([]);
    }
  });

  it('takes a place only on Earth', () => {
    const { push } = joinedWith();
    expect(counted(push('location:update', { latitude: 91, longitude: 0 }))).toEqual(['malformed location']);
    const failure = push('location:update', { error_code: 'timeout', error_description: 'no fix' });
    expect(emitted(failure)).toMatchObject([{ kind: 'log', name: 'location_failed', message: 'no fix' }]);
  });

  it('lets a console talk when nobody listens', () => {
    const { rig, effects, push } = joinedWith({ console_version: '2.0.0' }, 'console');
    expect(profileOf(emitted(effects))).toEqual({ console_version: '2.0.0' });
    const said: [string, Json][] = [
      ['up', { data: 'x' }],
      ['file-data/start', { filename: 'f' }],
      ['file-data', { filename: 'f', chunk: 0, data: 'AA==' }],
      ['file-data/stop', { filename: 'f' }],
    ];
    for (const [event, body] of said) {
      expect(push(event, body)).toEqual([]);
      expect(counted(push(event, {}))).toEqual(['malformed console_output']);
    }
    expect(rig.seen(push('made_up', {}))).toEqual([]);
    expect(counted(push('made_up', {}))).toEqual(['unrecognised console_event']);
  });
});
