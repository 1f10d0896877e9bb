// How fast sessions are sent away, whatever their number and whatever the process is doing.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Directory } from '../session/directory.js';
import type { LiveSession } from '../session/ports.js';
import { closesPerS, drain } from './drain.js';

const pace = { delayMs: 2_000, returnsPerS: 150, withinMs: 10_000 };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A directory of `count` sessions that note when they were told, as seconds since now. */
function connected(count: number) {
  const directory = new Directory();
  const told: number[] = [];
  const begun = performance.now();
  const add = (connectionId: string, onTold: () => void = () => {}): void =>
    directory.add({
      connectionId,
      end(close: string, reason: string) {
        expect([close, reason]).toEqual(['drain', 'drain']);
        told.push((performance.now() - begun) / 1_000);
        directory.remove(connectionId);
        onTold();
      },
    } as LiveSession);
  for (let index = 0; index < count; index++) add(`c-${index}`);
  return { directory, told, add };
}

function begin(directory: Directory, steps: string[] = []) {
  let over = false;
  const done = drain({
    ...pace,
    directory,
    stop: () => steps.push(`stop ${performance.now()}`),
    stopListening: () => steps.push(`stop listening ${performance.now()}`),
  }).then(() => {
    over = true;
  });
  return { done, isOver: () => over };
}

const mostInASecond = (told: readonly number[]): number =>
  Math.max(...told.map((first) => told.filter((one) => one >= first && one < first + 1).length));

describe('drain', () => {
  it('closes two thirds of the pace in any second, after the delay', async () => {
    const { directory, told } = connected(500);
    const steps: string[] = [];
    const { done, isOver } = begin(directory, steps);
    await vi.advanceTimersByTimeAsync(6_900);
    expect(isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await done;
    expect(steps.map((step) => step.replace(/ \d+$/, ''))).toEqual(['stop', 'stop listening']);
    expect(told).toHaveLength(500);
    expect(told[0]).toBeCloseTo(2, 1);
    expect(mostInASecond(told)).toBeGreaterThanOrEqual(99);
    expect(mostInASecond(told)).toBeLessThanOrEqual(103);
  });

  it('goes as fast as it must to be done in time', async () => {
    expect(closesPerS(500, pace)).toBe(100);
    expect(closesPerS(20_000, pace)).toBe(2_000);
    const { directory, told } = connected(20_000);
    const { done } = begin(directory);
    await vi.advanceTimersByTimeAsync(pace.delayMs + pace.withinMs + 20);
    await done;
    expect(told).toHaveLength(20_000);
  });

  it('makes no heap of what a standstill of the process held up', async () => {
    const { directory, told, add } = connected(300);
    const clock = performance.now.bind(performance);
    let stoodStillMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock() + stoodStillMs);
    add('slow', () => {
      stoodStillMs = 1_000;
    });
    for (let index = 0; index < 100; index++) add(`after-${index}`);
    const { done } = begin(directory);
    await vi.advanceTimersByTimeAsync(10_000);
    await done;
    const after = told.slice(301);
    expect(after).toHaveLength(100);
    // A tenth of a second's worth would be ten, and the standstill's a hundred.
    expect(after.filter((one) => one < (after[0] ?? 0) + 0.1).length).toBeLessThanOrEqual(13);
  });

  it('tells who came meanwhile, and waits for nobody who left', async () => {
    const { directory, told, add } = connected(10);
    const { done } = begin(directory);
    await vi.advanceTimersByTimeAsync(pace.delayMs + 30);
    const before = told.length;
    for (const { connectionId } of [...directory.all()].slice(0, 3)) directory.remove(connectionId);
    add('late');
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    expect(before).toBeGreaterThan(0);
    expect(told).toHaveLength(10 - 3 + 1);
    expect(directory.size).toBe(0);
  });

  it('is over at once when nobody is connected', async () => {
    const { done } = begin(new Directory());
    await done;
    expect(performance.now()).toBeLessThan(pace.delayMs);
  });
});
