// Whether a trace that the doctor began is found where traces are kept.
import { randomBytes } from 'node:crypto';
import { sleep } from '@mooring/runtime';
import { asked, bodyOf } from './api.js';
import { Complaint } from './findings.js';

const LOOK_MS = 1_000;

/** A trace of our own: its id, and the header that makes a request part of it (W3C Trace Context). */
export function newTrace(): { readonly id: string; readonly header: string } {
  const id = randomBytes(16).toString('hex');
  return { id, header: `00-${id}-${randomBytes(8).toString('hex')}-01` };
}

/** Asks Jaeger or Tempo, which have the same address for it. Throws a Complaint when it does not come within `seconds`. */
export async function traceArrived(traces: string, id: string, seconds: number): Promise<string> {
  const startMs = Date.now();
  for (;;) {
    const response = await asked(`${traces}/api/traces/${id}`);
    const text = await bodyOf(response);
    // Both answer 404 for a trace that they do not have (yet).
    if (response.ok && /"spanI[dD]"/.test(text))
      return `of the command is there ${Math.round((Date.now() - startMs) / 1000)} s later: ${traces}/trace/${id}`;
    if (!response.ok && response.status !== 404)
      throw new Complaint(
        `${traces} answers ${response.status}: is it the query address of Jaeger or Tempo?`,
      );
    if (Date.now() - startMs > seconds * 1000) break;
    await sleep(LOOK_MS);
  }
  throw new Complaint(
    `of the command did not arrive within ${seconds} s: is OTEL_EXPORTER_OTLP_ENDPOINT set, and does the collector keep and pass on what it gets?`,
  );
}
