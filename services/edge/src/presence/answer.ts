// What the registry's admission answer means to a dialect.
import type { registry } from '@mooring/proto';
import { type Answer, RefusalCode } from '../dialects/dialect.js';

const refusalCodes = new Set<string>(Object.values(RefusalCode));

export function answerOf(response: registry.AdmitResponse, request: registry.AdmitRequest): Answer {
  const { outcome } = response;
  if (outcome?.$case === 'admitted') {
    const { deviceId, deviceNumber, organizationId, timeZone, epoch } = outcome.value;
    const device = { id: deviceId, number: deviceNumber, organizationId, timeZone, epoch };
    return { kind: 'admitted', device: { ...device, identifier: request.identifier } };
  }
  const { code = '', message = 'The registry gave no outcome' } = outcome?.value ?? {};
  return { kind: 'refused', code: isRefusalCode(code) ? code : 'unavailable', message };
}

export function isRefusalCode(code: string): code is RefusalCode {
  return refusalCodes.has(code);
}
