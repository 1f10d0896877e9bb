// Printers that ask for their key: noted seldom, never let in by asking, bounded in number.
import { describe, expect, it } from 'vitest';
import { asked, counts, deviceNamed, drive, emitted } from '../_drive.js';
import { berg } from './berg.js';
import { MAX_KEY_REQUESTS } from './state.js';

const printer = '000d6f000273ce0b';
const bridge = deviceNamed('000d6f0002ff7a91');
const envelope = { bridge_address: bridge.identifier, timestamp: 0 };
const keyRequired = (device_address = printer) => ({
  ...envelope,
  type: 'BridgeEvent',
  json_payload: { name: 'encryption_key_required', device_address },
});

function ready() {
  const session = drive(berg, 1_735_734_000_000);
  session.text({ ...envelope, type: 'BridgeLog', records: [] });
  session.admit('bridge', bridge);
  return session;
}

describe('a key request', () => {
  it('is noted with the bridge and lets nobody in', () => {
    const effects = ready().text(keyRequired());
    expect(emitted(effects, 'log')).toMatchObject([
      { device: bridge, name: 'key_required', fields: { device_address: printer } },
    ]);
    expect(asked(effects)).toEqual([]);
  });

  it('is noted once in ten minutes per printer', () => {
    const session = ready();
    session.text(keyRequired());
    session.now += 599_999;
    expect(emitted(session.text(keyRequired()), 'log')).toEqual([]);
    expect(emitted(session.text(keyRequired('000d6f000273ce0c')), 'log')).toHaveLength(1);
    session.now += 1;
    expect(emitted(session.text(keyRequired()), 'log')).toHaveLength(1);
  });

  it('of invented printers fills no memory', () => {
    const session = ready();
    const notes = Array.from({ length: 200 }, (_, i) =>
      session.text(keyRequired(i.toString(16).padStart(16, '0'))),
    );
    expect(emitted(notes.flat(), 'log')).toHaveLength(MAX_KEY_REQUESTS);
    expect(emitted(notes.flat(), 'control')).toHaveLength(MAX_KEY_REQUESTS);
    expect(counts(notes.flat())).toEqual(
      Array(200 - MAX_KEY_REQUESTS).fill('ignored key_requests_over_limit'),
    );
    session.now += 600_000;
    expect(emitted(session.text(keyRequired('ff00000000000000')), 'log')).toHaveLength(1);
    expect(session.state.keysLogged.size).toBe(1);
    expect(session.state.keysRaised.size).toBe(1);
  });
});
