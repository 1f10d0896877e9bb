// Makes one attempt to hand a delivery to its receiver: one request, one status, and nothing else of the answer.
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { after } from '@mooring/runtime';
import type { Attempt } from '../domain/webhook.js';
import { isPublic, literalOf, publicLookup, REFUSED } from './address.js';

const LIMIT_MS = 10_000;
/** Of an answer's body; the rest is not read. */
const MAX_BODY = 1_024;
const MAX_ERROR = 200;

/** Whether networks that are not public may be reached. */
export interface PostOptions {
  readonly privateNetworks: boolean;
}

/** Posts JSON; redirects are not followed, the whole takes 10 s at most. Never rejects. */
export function post(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  { privateNetworks }: PostOptions,
): Promise<Attempt> {
  const literal = literalOf(url.hostname);
  if (!privateNetworks && literal !== undefined && !isPublic(literal))
    return Promise.resolve({ error: REFUSED });
  return new Promise((resolve) => {
    const bytes = Buffer.from(body);
    const request = (url.protocol === 'https:' ? overHttps : overHttp)(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': bytes.length,
        'user-agent': 'mooring-webhook/1',
      },
      // A connection of its own, so that the address is looked at each time.
      agent: false,
      ...(privateNetworks ? {} : { lookup: publicLookup }),
    });
    const done = (attempt: Attempt): void => {
      timer.cancel();
      resolve(attempt);
      request.destroy();
    };
    const timer = after(LIMIT_MS, () => done({ error: `no answer within ${LIMIT_MS / 1000} s` }));
    request.on('error', (error) => done({ error: reasonOf(error) }));
    request.on('response', (response) => {
      const answered = (): void => done({ status: response.statusCode ?? 0 });
      let read = 0;
      response.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > MAX_BODY) answered();
      });
      response.on('close', answered);
    });
    request.end(bytes);
  });
}

function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return (code ?? error.message).slice(0, MAX_ERROR);
}
