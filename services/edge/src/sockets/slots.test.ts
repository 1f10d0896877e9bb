// That there are as many slots as were given, and that one given back can be taken again.
import { expect, it } from 'vitest';
import { Slots } from './slots.js';

it('gives out what there is, and what came back', () => {
  const slots = new Slots(2);
  expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
  slots.give();
  expect([slots.take(), slots.take()]).toEqual([true, false]);
});
