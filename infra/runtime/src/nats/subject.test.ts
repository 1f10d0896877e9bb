// A template, its filter and its parser must agree.
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Codec, rpc, subject } from './subject.js';

const text: Codec<string> = {
  encode: (message) => ({ finish: () => Buffer.from(message) }),
  decode: (bytes) => Buffer.from(bytes).toString(),
};

describe('subject', () => {
  const reading = subject('telemetry.reading.{dialect}.{device}', text);

  it('fills holes and parses them back', () => {
    const params = { dialect: 'berg', device: 'a.b c' };
    expect(reading.of(params)).toBe('telemetry.reading.berg.a=2Eb=20c');
    expect(reading.parse(reading.of(params))).toEqual(params);
    expect(reading.filter).toBe('telemetry.reading.*.*');
  });

  it('parses nothing that is not its own', () => {
    expect(reading.parse('telemetry.reading.berg')).toBeUndefined();
    expect(reading.parse('telemetry.log.berg.x')).toBeUndefined();
    expect(reading.parse('telemetry.reading.berg.x.y')).toBeUndefined();
    expect(reading.parse('telemetry.reading.berg.=zz')).toBeUndefined();
  });

  it('infers the names of its holes', () => {
    expectTypeOf(reading.of)
      .parameter(0)
      .toEqualTypeOf<{ readonly dialect: string; readonly device: string }>();
    // @ts-expect-error a misspelt hole
    expect(reading.of({ dialect: 'berg', devise: 'x' })).toBe('telemetry.reading.berg.=');
  });

  it('refuses a template that NATS would read otherwise', () => {
    for (const bad of ['', 'a..b', 'a.*', 'a.>', 'A.b', 'a.{b', 'a.x{b}', 'a b']) {
      expect(() => subject(bad, text)).toThrow(TypeError);
    }
  });

  it('works the same for requests', () => {
    const deliver = rpc('edge.{node}.deliver', text, text);
    expect(deliver.filter).toBe('edge.*.deliver');
    expect(deliver.parse(deliver.of({ node: 'n1' }))).toEqual({ node: 'n1' });
  });
});
