// What the registry's admission answer means to a dialect.
import type { registry } from '@mooring/proto';
import { type Answer, RefusalCode } from '../dialects/dialect.js';

// Thousands of devices share an organization and a zone: one copy of each text serves them all.
const MAX_SHARED = 10_000;
const shared = new Map<string, string>();

function sharedText(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (shared.size < MAX_SHARED) shared.set(text, text);
  return text;
}

const refusalCodes = new Set<string>(Object.values(RefusalCode));

export function answerOf(response: registry.AdmitResponse, request: registry.AdmitRequest): Answer {
  const { outcome } = response;
  if (outcome?.$case === 'admitted') {
    const { deviceId, deviceNumber, organizationId, timeZone, epoch } = outcome.value;
    return {
      kind: 'admitted',
      device: {
        id: deviceId,
        number: deviceNumber,
        organizationId: sharedText(organizationId),
        timeZone: sharedText(timeZone),
        epoch,
        identifier: request.identifier,
      },
    };
  }
  const { code = '', message = 'The registry gave no outcome' } = outcome?.value ?? {};
  return { kind: 'refused', code: isRefusalCode(code) ? code : 'unavailable', message };
}

export function isRefusalCode(code: string): code is RefusalCode {
  return refusalCodes.has(code);
}
