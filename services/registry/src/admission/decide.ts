// Decides one batch: known devices by one statement, and by a second one those that are registered on sight.
import type { Admission, RefusalCode } from '../domain/admission.js';
import type { Verdict } from '../store/admission.js';
import type { Store } from '../store/index.js';

export type AdmissionStore = Store['admission'];

const notRegistered: Verdict = refusal('not_found', 'this device is not registered');
/** Twice registered and twice gone within one batch: somebody deletes it as fast as it comes. */
const contended: Verdict = refusal('unavailable', 'this device is being changed');

/** One verdict per request, none of them `unknown` or `again`. */
export async function decide(
  store: AdmissionStore,
  batch: readonly Admission[],
): Promise<readonly Verdict[]> {
  const verdicts = [...(await store.admit(batch))];
  await redecide(verdicts, batch, 'unknown', (unknown) => registerAllowed(store, unknown));
  await redecide(verdicts, batch, 'again', (again) => store.admit(again));
  return verdicts.map((verdict) => (verdict.kind === 'unknown' ? contended : verdict));
}

async function registerAllowed(
  store: AdmissionStore,
  unknown: readonly Admission[],
): Promise<readonly Verdict[]> {
  const verdicts = new Array<Verdict>(unknown.length).fill(notRegistered);
  const allowed = unknown
    .map((each, index) => ({ each, index }))
    .filter(({ each }) => each.unknown !== 'refuse');
  if (allowed.length === 0) return verdicts;
  const registered = await store.register(allowed.map(({ each }) => each));
  for (const [at, { index }] of allowed.entries()) verdicts[index] = registered[at] ?? contended;
  return verdicts;
}

async function redecide(
  verdicts: Verdict[],
  batch: readonly Admission[],
  kind: Verdict['kind'],
  decideThese: (these: readonly Admission[]) => Promise<readonly Verdict[]>,
): Promise<void> {
  const places: number[] = [];
  const these: Admission[] = [];
  for (const [index, admission] of batch.entries()) {
    if (verdicts[index]?.kind !== kind) continue;
    places.push(index);
    these.push(admission);
  }
  if (these.length === 0) return;
  const decided = await decideThese(these);
  for (const [at, index] of places.entries()) verdicts[index] = decided[at] ?? contended;
}

function refusal(code: RefusalCode, message: string): Verdict {
  return { kind: 'refused', refusal: { code, message } };
}
