// Commands, desired state and prints over HTTP, in front of services that say what they were asked.
import { type printing, registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask } from './_client.js';
import { device, deviceId, knowing } from './_fixtures.js';
import { type Platform, platform } from './_platform.js';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';
const commandId = '01890a5d-ac96-774b-bcce-b302099a8004';

let asked: registry.CreateCommandRequest[] = [];
let used: registry.OpenPrintKeyRequest[] = [];
let printer = false;
let online = true;
let mooring: Platform;

const subject = (): registry.Device => ({
  ...device,
  ...(printer ? { dialect: 'berg', kind: 'printer', identifier: '000d6f000273ce0b', name: 'Kitchen' } : {}),
  presence: registry.Presence.fromPartial({ online }),
});
const made = (fields: Partial<registry.Command>): registry.Command =>
  registry.Command.fromPartial({ id: commandId, deviceId, state: 'queued', number: 7, ...fields });

beforeAll(async () => {
  mooring = await platform({
    registry: { ...knowing, getDevice: unary(async () => ({ device: subject() })) },
    commands: {
      createCommand: unary(async (request: registry.CreateCommandRequest) => {
        asked.push(request);
        return { command: made({ type: request.type, paramsJson: request.paramsJson }) };
      }),
      cancelCommand: unary(async () => {
        throw new Fault('conflict', 'the command has been sent');
      }),
      updateDesired: unary(async ({ ifVersion }: registry.UpdateDesiredRequest) => {
        if (ifVersion !== undefined && ifVersion !== 3) throw new Fault('conflict', 'version 3 is desired');
        return { device: subject() };
      }),
    },
    claims: {
      openPrintKey: unary(async (request: registry.OpenPrintKeyRequest) => {
        if (request.secret !== 'pk_known') throw new Fault('not_found', 'no such print key');
        used.push(request);
        const printKey = registry.PrintKey.fromPartial({ id: commandId, name: 'Friends' });
        return { printKey, device: subject(), organizationName: 'Home <b>' };
      }),
    },
    printing: {
      render: unary(async ({ content, preview }: printing.RenderRequest) => {
        if (content?.$case === 'html') throw new Fault('invalid', 'there is no browser');
        const image = { width: 384, height: 2, rows: Buffer.alloc(96, 0xaa) };
        return { image, previewPng: preview ? Buffer.from(PNG, 'base64') : Buffer.alloc(0), cutRows: 0 };
      }),
    },
  });
});
afterAll(() => mooring?.stop());
beforeEach(() => {
  asked = [];
  used = [];
  printer = false;
  online = true;
});

const command = (body: object, token = 'owner') =>
  ask(mooring.base, `POST /v1/devices/${deviceId}/commands`, { token, body });
const bodyOf = async (answer: Response) => (await answer.json()) as { code?: string; status?: string };
const shown = (index = 0) => JSON.parse(asked[index]?.paramsJson ?? '');

describe('a command', () => {
  it('is taken, and says where to look', async () => {
    const { status, body, headers } = await command({ type: 'switch', on: true, expires_in_s: 60 });
    expect([status, headers.get('location')]).toEqual([202, `/v1/commands/${commandId}`]);
    expect(body).toMatchObject({ id: commandId, state: 'queued', type: 'switch', timeline: [] });
    expect(asked[0]).toMatchObject({
      type: 'switch',
      expiresInS: 60,
      command: { action: { $case: 'switch' } },
    });
  });

  it.each([
    ['without its field', { type: 'switch' }, 'on'],
    ['with a field of another', { type: 'reboot', on: true }, 'on'],
    ['of no type', { on: true }, 'type'],
    ['of a type that there is not', { type: 'explode' }, 'type'],
    ['without a firmware', { type: 'update', firmware: 'newest' }, 'firmware'],
    [
      'that may take longer than a day',
      { type: 'update', firmware: commandId, timeout_s: 86_401 },
      'timeout_s',
    ],
    ['without a script', { type: 'script', text: '' }, 'text'],
    ['that may take longer than any device', { type: 'script', text: '1', timeout_s: 1_801 }, 'timeout_s'],
    ['that may break a printer', { type: 'firmware_update' }, 'type'],
    ['with nothing to print', { type: 'print' }, 'text'],
    ['with two things to print', { type: 'print', text: 'a', html: '<p>a' }, 'text'],
    ['with a picture that is none', { type: 'print', image: 'aGVsbG8=' }, 'image'],
    ['with HTML where there is no browser', { type: 'print', html: '<p>a' }, 'html'],
    ['with two quips', { type: 'set_quip', images: [PNG, PNG] }, 'images'],
    ['with bytes that are none', { type: 'raw', frame: '%%%', encoding: 'base64' }, 'frame'],
  ])('%s is refused by the name of the field', async (_, body, field) => {
    const answer = await command(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid']);
    expect(answer.body.errors.map((each: { field: string }) => each.field)).toContain(field);
    expect(asked).toEqual([]);
  });

  it('names the firmware of an update', async () => {
    const firmware = '236FE56B-8058-5B6C-CE94-8A8C30B71269';
    expect((await command({ type: 'update', firmware, timeout_s: 86_400 })).status).toBe(202);
    const value = { firmwareUuid: firmware.toLowerCase() };
    expect(asked[0]).toMatchObject({ timeoutS: 86_400, command: { action: { $case: 'update', value } } });
    expect(shown()).toEqual({ firmware: firmware.toLowerCase() });
  });

  it('runs a script without showing it', async () => {
    const text = 'IO.puts("secret")';
    expect((await command({ type: 'script', text })).status).toBe(202);
    expect(asked[0]?.command?.action).toEqual({ $case: 'script', value: { text } });
    expect(shown()).toEqual({ bytes: text.length });
  });

  it('does not show what is printed', async () => {
    printer = true;
    await command({ type: 'print', text: 'a secret', face: false, deliver: 'button' });
    expect(shown()).toEqual({ content: 'text', face: false, header: true, deliver: 'button', rows: 2 });
    const action = asked[0]?.command?.action;
    expect(action).toMatchObject({ $case: 'print', value: { face: false, onButton: true } });
    await command({ type: 'set_quip', images: [PNG, PNG, PNG] });
    expect(shown(1)).toEqual({ images: 3 });
  });

  it('for a bridge keeps a key to itself', async () => {
    const params = { device_address: '000d6f000273ce0b', encryption_key: 'c2VjcmV0' };
    await command({ type: 'bridge', name: 'add_device_encryption_key', params });
    expect(shown()).toEqual({
      name: 'add_device_encryption_key',
      params: { device_address: '000d6f000273ce0b' },
    });
    const value = { paramsJson: JSON.stringify(params) };
    expect(asked[0]?.command?.action).toMatchObject({ $case: 'bridge', value });
  });

  it('in raw bytes is text, but for a printer, and needs its scope', async () => {
    await command({ type: 'raw', frame: '{"cmd":"x"}' });
    printer = true;
    await command({ type: 'raw', frame: 'AQABAA==' });
    await command({ type: 'raw', frame: '{"type":"x"}' });
    const frames = asked.map(
      ({ command: { action } = {} }) => action?.$case === 'raw' && action.value.frame?.$case,
    );
    expect(frames).toEqual(['text', 'binary', 'text']);
    expect((await command({ type: 'raw', frame: 'x' }, 'confined')).status).toBe(403);
  });

  it('that was sent cannot be called back', async () => {
    const answer = await ask(mooring.base, `DELETE /v1/commands/${commandId}`, { token: 'owner' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });
});

describe('what is desired', () => {
  const patch = (ifMatch?: string) =>
    fetch(`${mooring.base}/v1/devices/${deviceId}/state`, {
      method: 'PATCH',
      headers: {
        authorization: 'Bearer owner',
        'content-type': 'application/json',
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      body: '{"desired":{"on":true}}',
      signal: AbortSignal.timeout(10_000),
    });

  it('has an entity tag that guards its change', async () => {
    const state = await ask(mooring.base, `GET /v1/devices/${deviceId}/state`, { token: 'owner' });
    const tag = state.headers.get('etag') ?? '';
    expect(tag).toBe('"3.0"');
    for (const right of [undefined, tag, '"3"', '*']) expect((await patch(right)).status).toBe(200);
    const stale = await patch('"2.0"');
    expect([stale.status, (await bodyOf(stale)).code]).toEqual([412, 'precondition_failed']);
    expect((await patch('"two"')).status).toBe(400);
  });
});

describe('a print', () => {
  it('is shown beforehand', async () => {
    const answer = await fetch(`${mooring.base}/v1/devices/${deviceId}/print-preview`, {
      method: 'POST',
      headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
      body: '{"text":"hello"}',
      signal: AbortSignal.timeout(10_000),
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(Buffer.from(await answer.arrayBuffer()).toString('base64')).toBe(PNG);
  });
});

describe('a print key', () => {
  const print = (body: string | Buffer, type: string, secret = 'pk_known', more: object = {}) =>
    fetch(`${mooring.base}/print/${secret}?from=Ada`, {
      method: 'POST',
      headers: { 'content-type': type, ...more },
      body,
      signal: AbortSignal.timeout(10_000),
    });

  it('lets anybody print text, a picture or JSON, and is told who', async () => {
    printer = true;
    const answers = [
      await print('Hello', 'text/plain; charset=utf-8'),
      await print(Buffer.from(PNG, 'base64'), 'image/png'),
      await print('{"text":"Hello"}', 'application/json', 'pk_known', { 'idempotency-key': 'one' }),
    ];
    for (const answer of answers) {
      expect([answer.status, (await bodyOf(answer)).status]).toEqual([202, 'sent']);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    }
    expect(asked.map(({ printKeyId, principal }) => [printKeyId, principal])).toEqual(
      asked.map(() => [commandId, undefined]),
    );
    expect(asked[2]?.idempotencyKey).toBe('one');
    expect(used.filter(({ use }) => use).map(({ sender }) => sender)).toEqual(['Ada', 'Ada', 'Ada']);
    online = false;
    expect((await bodyOf(await print('Later', 'text/plain'))).status).toBe('queued');
  });

  it.each([
    ['an unknown key', 'pk_other', 'text/plain', 'x', 404],
    ['a type that cannot be printed', 'pk_known', 'application/pdf', 'x', 415],
    ['nothing', 'pk_known', 'application/json', '{}', 400],
    ['a number for text', 'pk_known', 'application/json', '{"text":5}', 400],
    ['HTML where there is no browser', 'pk_known', 'text/html', '<p>x', 400],
    ['more than a print holds', 'pk_known', 'text/plain', 'x'.repeat(5 * 1024 * 1024), 413],
  ])('refuses %s', async (_, secret, type, body, status) => {
    const answer = await print(body, type, secret);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, '*']);
    expect(asked).toEqual([]);
  });

  it('is a page for people, and JSON for programs', async () => {
    printer = true;
    const get = (accept: string) =>
      fetch(`${mooring.base}/print/pk_known`, { headers: { accept }, signal: AbortSignal.timeout(10_000) });
    const page = await get('text/html,application/xhtml+xml,*/*;q=0.8');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('Home &lt;b&gt;');
    expect(await (await get('*/*')).json()).toEqual({ name: 'Kitchen', owner: 'Home <b>', status: 'online' });
  });

  it('prints ten times in a row, and then is told to wait', async () => {
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let time = 0; time < 12; time++) {
      last = await print('again', 'text/plain', 'pk_eager');
      statuses.push(last.status);
    }
    expect(statuses.slice(0, 10)).toEqual(new Array(10).fill(404));
    expect(statuses.slice(10)).toEqual([429, 429]);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
