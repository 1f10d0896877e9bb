// Checks when an attempt is repeated and when not.
import { expect, test } from 'vitest';
import { Fault } from './fault.js';
import { retry } from './retry.js';

const quick = { baseMs: 0, maxMs: 0 };
const { signal } = new AbortController();

function failing(times: number, code: 'unavailable' | 'invalid') {
  const attempts: number[] = [];
  const fn = async (attempt: number): Promise<string> => {
    attempts.push(attempt);
    if (attempts.length <= times) throw new Fault(code, `attempt ${attempt}`);
    return 'done';
  };
  return { attempts, fn };
}

test('repeats what the fault table calls retryable', async () => {
  const { attempts, fn } = failing(2, 'unavailable');
  await expect(retry(fn, { ...quick, signal })).resolves.toBe('done');
  expect(attempts).toEqual([0, 1, 2]);
});

test('throws the last fault after the last attempt', async () => {
  const { attempts, fn } = failing(9, 'unavailable');
  await expect(retry(fn, { ...quick, signal, attempts: 2 })).rejects.toThrow('attempt 1');
  expect(attempts).toHaveLength(2);
});

test('does not repeat what would fail again, unless told to', async () => {
  const { attempts, fn } = failing(1, 'invalid');
  await expect(retry(fn, { ...quick, signal })).rejects.toMatchObject({ code: 'invalid' });
  expect(attempts).toHaveLength(1);
  await expect(
    retry(failing(5, 'invalid').fn, { ...quick, signal, forever: true, on: () => true }),
  ).resolves.toBe('done');
});

test('stops waiting when the signal aborts', async () => {
  const abort = new AbortController();
  const { attempts, fn } = failing(9, 'unavailable');
  const retried = retry(fn, { baseMs: 1e9, maxMs: 1e9, signal: abort.signal, forever: true });
  abort.abort();
  await expect(retried).rejects.toMatchObject({ code: 'unavailable' });
  expect(attempts).toHaveLength(1);
});
