// Decides what a client certificate, which a trusted proxy passed on, proves of the device that presents it.
import type { registry } from '@mooring/proto';
import type { Store } from '../store/index.js';
import type { Asking, Verdict } from './proof.js';

/** No certificate of any device is known. */
export async function proveByCertificate(
  _store: Store,
  _presented: registry.PresentedCertificate,
  _asking: Asking,
): Promise<Verdict> {
  return { is: 'unknown' };
}
