// Lets devices in: every stream's requests go to the one gatherer, and each answer back to its stream.
import type { registry } from '@mooring/proto';
import { type AdmissionOutcome, parseAdmission } from '../domain/admission.js';
import { events } from '../events.js';
import type { Context } from './context.js';

export function admit({ gatherer, streams }: Context): registry.RegistryServer['admit'] {
  return (call) => {
    const stream = streams.open<registry.AdmitResponse>(call);
    call.on('data', (request: registry.AdmitRequest) => {
      stream.asked();
      const answer = (outcome: AdmissionOutcome): void =>
        stream.answer(answerOf(request.correlation, outcome));
      const admission = parseAdmission(request);
      if ('code' in admission) {
        events.admission('invalid', admission.code);
        answer({ refused: admission });
      } else {
        gatherer.submit({ admission, answer });
      }
    });
    call.on('end', () => stream.finish());
    call.on('cancelled', () => streams.closed(stream));
    call.on('error', () => streams.closed(stream));
    call.on('close', () => streams.closed(stream));
  };
}

function answerOf(correlation: bigint, outcome: AdmissionOutcome): registry.AdmitResponse {
  if ('admitted' in outcome) return { correlation, outcome: { $case: 'admitted', value: outcome.admitted } };
  return { correlation, outcome: { $case: 'refused', value: outcome.refused } };
}
