// Answers a dialect's questions by asking the registry, signaling or firmware-update; every failure is an answer, and there is always one.
import type { registry } from '@mooring/proto';
import {
  asFault,
  type Bus,
  contextFromTraceparent,
  currentTraceparent,
  type GrpcClient,
  inSpan,
  type NodeProcess,
} from '@mooring/runtime';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { askConsole } from '../consoles/ask.js';
import type { AdmittedDevice, Answer, Question } from '../dialects/dialect.js';
import type { Origin } from '../session/ports.js';
import type { Sampler } from '../session/sampler.js';
import { askUpdate } from '../updating/ask.js';
import type { watchAsker } from '../watching/ask.js';
import type { Admission } from './admission.js';
import { isRefusalCode } from './answer.js';

export interface AskerOptions {
  /** This process, as others know it. */
  readonly process: NodeProcess;
  readonly admission: Admission;
  readonly client: GrpcClient<registry.RegistryClient>;
  readonly sampler: Sampler;
  readonly watch: ReturnType<typeof watchAsker>;
  readonly bus: Pick<Bus, 'request'>;
}

/** Questions are always traced: below the frame that caused them when that is sampled, else linked to the upgrade. */
export function asker({ process, admission, client, sampler, watch, bus }: AskerOptions) {
  return (question: Question, origin: Origin, device?: AdmittedDevice): Promise<Answer> => {
    const options = {
      kind: SpanKind.CLIENT,
      attributes: { 'mooring.dialect': origin.dialect, 'mooring.connection': origin.connectionId },
      parent: sampler.active === undefined ? ROOT_CONTEXT : contextFromTraceparent(sampler.active),
      links: linkTo(origin.traceparent),
    };
    return inSpan(`edge ${question.kind}`, options, () => {
      switch (question.kind) {
        case 'admit':
          return admission.admit(question, origin, currentTraceparent());
        case 'authenticate':
          return orRefused(authenticate(client, question.token));
        case 'open_console':
          return orRefused(askConsole(client, process, question, origin));
        case 'check_update':
          return orRefused(askUpdate(bus, device));
        case 'watch':
        case 'resume':
        case 'ice_servers':
          return watch(question, origin, device);
      }
    });
  };
}

async function authenticate(client: AskerOptions['client'], token: string): Promise<Answer> {
  const { principal } = await client.authenticate({ token });
  const { userId = '', apiKeyId = '' } = principal ?? {};
  if (userId !== '') return { kind: 'authenticated', person: { userId } };
  if (apiKeyId !== '') return { kind: 'authenticated', person: { apiKeyId } };
  return { kind: 'refused', code: 'unauthenticated', message: 'The token stands for nobody' };
}

function orRefused(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    const { code, message } = asFault(error);
    return { kind: 'refused', code: isRefusalCode(code) ? code : 'unavailable', message };
  });
}

function linkTo(traceparent: string | undefined) {
  const context = traceparent && trace.getSpanContext(contextFromTraceparent(traceparent));
  return context ? [{ context }] : [];
}
