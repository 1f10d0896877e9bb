// Asks the registry whether a person may have a device's console, and where that device is.
import type { registry } from '@mooring/proto';
import { type GrpcClient, type NodeProcess, uuidv7 } from '@mooring/runtime';
import type { ConsoleQuestion } from '../dialects/console-session.js';
import type { Answer } from '../dialects/dialect.js';
import type { Origin } from '../session/ports.js';
import { consoleEndOf } from './codec.js';

/** The registry notes the console as opened under the session id that the answer has. Rejects with the registry's Fault. */
export async function askConsole(
  client: Pick<GrpcClient<registry.RegistryClient>, 'openConsole'>,
  { node, boot }: NodeProcess,
  { person, device: name, console: kind }: ConsoleQuestion,
  { remoteAddress, connectionId }: Pick<Origin, 'remoteAddress' | 'connectionId'>,
): Promise<Answer> {
  const sessionId = uuidv7();
  const { userId = '', apiKeyId = '' }: { userId?: string; apiKeyId?: string } = person;
  const whence = { remoteAddress, node, boot, connectionId };
  const request = { userId, apiKeyId, name, sessionId, kind, ...whence };
  const { place, ...opened } = await client.openConsole(request);
  const device = consoleEndOf(place);
  if (device === undefined || place?.online !== true) {
    return { kind: 'refused', code: 'conflict', message: 'The device is offline' };
  }
  return { kind: 'console', session: { ...opened, sessionId, kind, device } };
}
