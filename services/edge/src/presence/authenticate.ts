// Asks the registry who a device has proven to be before it gets its socket; failing to ask is an answer too.
import type { registry } from '@mooring/proto';
import { asFault, type GrpcClient, inSpan } from '@mooring/runtime';
import { SpanKind } from '@opentelemetry/api';
import type { DevicePolicy, DialectName } from '../dialects/dialect.js';
import type { Evidence, UpgradeAnswer, UpgradeQuestion } from '../dialects/upgrade.js';
import { isRefusalCode } from './answer.js';

/** Which connection it is about. */
export interface Upgrading {
  readonly dialect: DialectName;
  readonly remoteAddress: string;
  readonly policy: DevicePolicy;
}

/** Never rejects, and answers within `timeoutMs`: `unavailable` when the registry does not. */
export function deviceAuthenticator(
  client: Pick<GrpcClient<registry.RegistryClient>, 'authenticateDevice'>,
  timeoutMs: number,
) {
  return ({ evidence }: UpgradeQuestion, { dialect, remoteAddress, policy }: Upgrading) => {
    const options = {
      kind: SpanKind.CLIENT,
      attributes: { 'mooring.dialect': dialect, 'mooring.evidence': evidence.kind },
    };
    return inSpan('edge authenticate_device', options, async (): Promise<UpgradeAnswer> => {
      const request = { dialect, remoteAddress, policy, evidence: evidenceMessage(evidence) };
      try {
        const { identifier, credentialId } = await client.authenticateDevice(request, { timeoutMs });
        if (credentialId === '') return { kind: 'unproven' };
        return { kind: 'proven', proven: { identifier, credentialId } };
      } catch (error) {
        const { code } = asFault(error);
        return { kind: 'refused', code: isRefusalCode(code) ? code : 'unavailable' };
      }
    });
  };
}

function evidenceMessage(evidence: Evidence): registry.AuthenticateDeviceRequest['evidence'] {
  switch (evidence.kind) {
    case 'signed_claim': {
      const { mac, ...claim } = evidence.claim;
      return { $case: 'signedClaim', value: { ...claim, mac: Buffer.from(mac) } };
    }
    case 'certificate': {
      const { leafDer, chainDer } = evidence.certificate;
      return {
        $case: 'certificate',
        value: { leafDer: Buffer.from(leafDer), chainDer: chainDer.map((der) => Buffer.from(der)) },
      };
    }
  }
}
