// Asks signaling what dialects want to know about watching; every failure is an answer, and there is always one.
import { type bus as messages, watching } from '@mooring/proto';
import { asFault, type Bus, currentTraceparent } from '@mooring/runtime';
import { type AdmittedDevice, type Answer, RefusalCode } from '../dialects/dialect.js';
import type { Person, WatchQuestion } from '../dialects/watch.js';
import { isRefusalCode } from '../presence/answer.js';
import type { Origin } from '../session/ports.js';
import { endOf, iceOf } from './ends.js';

/** Signaling asks the registry and the camera's edge, some of them twice. */
const WATCH_MS = 10_000;
const ANSWER_MS = 5_000;

export interface WatchAskerOptions {
  readonly bus: Pick<Bus, 'request'>;
  readonly node: string;
  readonly boot: string;
  /** How long a request to watch took, and what came of it: `ready` or why not. */
  asked(outcome: string, seconds: number): void;
}

/** `device` is the camera that asks; undefined for a viewer. */
export function watchAsker({ bus, node, boot, asked }: WatchAskerOptions) {
  const endAt = (
    origin: Origin,
    device: AdmittedDevice | undefined,
    resumes: boolean,
  ): messages.WatchEnd => ({
    node,
    boot,
    connectionId: origin.connectionId,
    deviceNumber: device?.number ?? 0n,
    epoch: device?.epoch ?? 0n,
    resumes,
  });

  async function watch(
    { person, device, resumes }: Extract<WatchQuestion, { kind: 'watch' }>,
    origin: Origin,
  ): Promise<Answer> {
    const viewer = endAt(origin, undefined, resumes);
    const request = { person: personOf(person), device, viewer };
    const reply = await bus.request(watching.watch, {}, request, WATCH_MS);
    const peer = endOf(reply.device);
    if (peer === undefined) return incomplete();
    const traceparent = currentTraceparent() ?? '';
    return { kind: 'watching', sessionId: reply.sessionId, peer, ice: iceOf(reply), traceparent };
  }

  async function resume(
    { person, sessions }: Extract<WatchQuestion, { kind: 'resume' }>,
    origin: Origin,
    device: AdmittedDevice | undefined,
  ): Promise<Answer> {
    const side: messages.WatchResumeRequest['side'] =
      person === undefined
        ? { $case: 'deviceId', value: device?.id ?? '' }
        : { $case: 'viewer', value: personOf(person) };
    const request = { side, end: endAt(origin, device, true), sessionIds: [...sessions] };
    const reply = await bus.request(watching.resume, {}, request, ANSWER_MS);
    const resumed = reply.sessions.map(({ sessionId, peer, offered, answered }) => {
      return { sessionId, peer: endOf(peer), offered, answered };
    });
    return { kind: 'resumed', sessions: resumed };
  }

  async function answer(question: WatchQuestion, origin: Origin, device?: AdmittedDevice): Promise<Answer> {
    switch (question.kind) {
      case 'watch':
        return watch(question, origin);
      case 'resume':
        return resume(question, origin, device);
      case 'ice_servers': {
        const request = { sessionId: question.sessionId, connectionId: origin.connectionId };
        return { kind: 'ice_servers', ice: iceOf(await bus.request(watching.ice, {}, request, ANSWER_MS)) };
      }
    }
  }

  return async (question: WatchQuestion, origin: Origin, device?: AdmittedDevice): Promise<Answer> => {
    const startMs = performance.now();
    const given = await answer(question, origin, device).catch((error: unknown): Answer => {
      const { code, message } = asFault(error);
      return { kind: 'refused', code: isRefusalCode(code) ? code : RefusalCode.unavailable, message };
    });
    if (question.kind === 'watch') {
      asked(given.kind === 'refused' ? given.code : 'ready', (performance.now() - startMs) / 1_000);
    }
    return given;
  };
}

function personOf(person: Person): messages.WatchPerson {
  return 'userId' in person
    ? { userId: person.userId, apiKeyId: '' }
    : { userId: '', apiKeyId: person.apiKeyId };
}

function incomplete(): Answer {
  return { kind: 'refused', code: RefusalCode.unavailable, message: 'The answer names no camera' };
}
