// Says who a device has proven to be before it gets its connection. What proves nothing is passed over where the policy
// lets devices in without proof: their admission decides then.
import type { registry } from '@mooring/proto';
import { asFault, Fault, unary } from '@mooring/runtime';
import { DevicePolicy, isPolicy } from '../domain/admission.js';
import { events } from '../events.js';
import { proveByCertificate } from '../proofs/device-certificate.js';
import type { Verdict } from '../proofs/proof.js';
import type { Context } from './context.js';

export function authenticateDevice(context: Context): registry.RegistryServer['authenticateDevice'] {
  return unary(async (request) => {
    const { evidence, policy } = request;
    if (!isPolicy(policy)) throw new Fault('invalid', 'unknown policy');
    if (evidence === undefined) throw new Fault('invalid', 'there is no evidence');
    const verdict = await judge(context, request, evidence);
    if (verdict.is === 'proven') return verdict.proof;
    if (verdict.is === 'refused') throw new Fault('unauthenticated', verdict.why);
    if (policy === DevicePolicy.credentials) throw new Fault('unauthenticated', 'nothing is known of it');
    return { identifier: '', credentialId: '' };
  });
}

async function judge(
  context: Context,
  asking: registry.AuthenticateDeviceRequest,
  evidence: NonNullable<registry.AuthenticateDeviceRequest['evidence']>,
): Promise<Verdict> {
  try {
    const verdict = await (evidence.$case === 'signedClaim'
      ? context.proveByClaim(evidence.value, asking)
      : proveByCertificate(context.store, evidence.value, asking));
    events.deviceProof(evidence.$case, verdict.is === 'refused' ? verdict.why : verdict.is);
    return verdict;
  } catch (error) {
    const fault = asFault(error);
    events.deviceProof(evidence.$case, fault.code);
    throw fault;
  }
}
