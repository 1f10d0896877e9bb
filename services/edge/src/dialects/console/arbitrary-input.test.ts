// Whatever a person's program sends: no exception, an answer that is JSON, and nothing after the end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { courier, DeviceEnd, NOW, PersonEnd } from './_pair.js';

const words = fc.constantFrom(
  'hello',
  'input',
  'resize',
  'restart',
  'file',
  'start',
  'chunk',
  'stop',
  'AP8K',
);
const message = fc.dictionary(
  fc.constantFrom(
    'type',
    'token',
    'device',
    'kind',
    'rows',
    'columns',
    'data',
    'step',
    'name',
    'chunk',
    '__proto__',
  ),
  fc.oneof(words, fc.nat(2000), fc.jsonValue()),
);
const frame = fc.oneof(
  {
    weight: 8,
    arbitrary: message.map((each) => ({ data: Buffer.from(JSON.stringify(each)), binary: false })),
  },
  { weight: 1, arbitrary: fc.json().map((text) => ({ data: Buffer.from(text), binary: false })) },
  { weight: 1, arbitrary: fc.record({ data: fc.uint8Array({ maxLength: 64 }), binary: fc.boolean() }) },
);

describe.each(['before the hello', 'with a console'])('a person %s', (when) => {
  it('may send anything', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
        const device = new DeviceEnd();
        const person = new PersonEnd('person-1');
        if (when === 'with a console') person.enter();
        courier(device, person);
        for (const { data, binary } of frames) {
          const isOver = person.closed().length > 0;
          const said = person.said.length;
          person.frame(data, binary);
          courier(device, person);
          if (isOver) expect(person.said).toHaveLength(said);
        }
        person.timer('hello', NOW + 10_000);
        person.take({ on: 'closed', leaving: false });
        courier(device, person);
        expect(person.closed().length).toBeLessThanOrEqual(1);
        expect(person.audit()).toHaveLength(when === 'with a console' ? 1 : 0);
        expect(device.rig.state.phase.is).toBe('admitted');
      }),
      { numRuns: 200 },
    );
  });
});
