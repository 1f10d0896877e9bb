// Puts what grpc-js itself has to say into the log, instead of bare lines on stderr.
import { setLogger } from '@grpc/grpc-js';
import { logger } from '../log.js';

const log = logger('grpc');
const say =
  (level: 'error' | 'info' | 'debug') =>
  (...words: unknown[]): void =>
    log[level]({ said: words.join(' ') }, 'grpc-js');

/** Takes over the library's log; the last call counts, and all are the same. */
export function takeOverLibraryLog(): void {
  setLogger({ error: say('error'), info: say('info'), debug: say('debug') });
}
