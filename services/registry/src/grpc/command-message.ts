// Commands as the messages that answer.
import type { registry } from '@mooring/proto';
import type { Command } from '../domain/command.js';

export function commandMessage(command: Command): registry.Command {
  const { id, deviceId, type, params, state, code, result, createdAt, expiresAt, actor, number } = command;
  return {
    ...{ id, deviceId, type, state, code, actor, number },
    paramsJson: JSON.stringify(params),
    resultJson: result === undefined ? '' : JSON.stringify(result),
    createdAtMs: createdAt.getTime(),
    expiresAtMs: expiresAt.getTime(),
    timeline: command.timeline.map(({ at, state, detail }) => ({ atMs: at.getTime(), state, detail })),
  };
}
