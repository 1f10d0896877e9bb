// `npm run doctor`: tries a deployment from outside, as its devices and people use it, and says what is wrong.
import { parseArgs } from 'node:util';
import { examine } from './examine.js';
import { line } from './findings.js';

const usage = `npm run doctor -- --url URL [flags]

  --url URL        the API: http://127.0.0.1:8080
  --edge URL       where devices connect: ws://127.0.0.1:8000; when absent, port 8000 of the API's host, or 443 with https
  --token TOKEN    of an operator; with it a device of each dialect is enrolled, used and deleted again
  --traces URL     the query address of Jaeger or Tempo: http://127.0.0.1:16686
  --trace-within S how long a trace may take to get there (default 60)
  --help           this text

Ends with 0 when everything is well, 1 when something is wrong, 64 when it was called wrongly.
`;

const WRONG = 1;
const CALLED_WRONGLY = 64;
const HTTP = ['http:', 'https:'];
const WEBSOCKET = ['ws:', 'wss:'];

try {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      edge: { type: 'string' },
      token: { type: 'string' },
      traces: { type: 'string' },
      'trace-within': { type: 'string', default: '60' },
      help: { type: 'boolean', default: false },
    },
  });
  const traceWithinS = Number(values['trace-within']);
  const wrong = wrongCall(values);
  if (values.help) process.stdout.write(usage);
  else if (values.url === undefined) called('--url is missing');
  else if (!(traceWithinS > 0)) called('--trace-within is a number of seconds');
  else if (wrong !== undefined) called(wrong);
  else await run(new URL(values.url), { ...values, traceWithinS });
} catch (error) {
  called(error instanceof Error ? error.message : String(error));
}

interface Given {
  readonly edge?: string;
  readonly token?: string;
  readonly traces?: string;
  readonly traceWithinS: number;
}

/** What cannot be meant, without repeating a token. */
function wrongCall(given: {
  readonly url?: string | undefined;
  readonly edge?: string | undefined;
  readonly token?: string | undefined;
  readonly traces?: string | undefined;
}): string | undefined {
  const { url, edge, token, traces } = given;
  if (!isUrl(url, HTTP)) return '--url begins with http:// or https://';
  if (edge !== undefined && !isUrl(edge, [...HTTP, ...WEBSOCKET]))
    return '--edge begins with ws:// or wss://';
  if (traces !== undefined && !isUrl(traces, HTTP)) return '--traces begins with http:// or https://';
  // Nothing else can be sent as a header.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    return '--token is empty, or has signs that no token has: is it all there, and nothing besides?';
  return undefined;
}

function isUrl(text: string | undefined, protocols: readonly string[]): boolean {
  return text !== undefined && URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

async function run(url: URL, { edge, token, traces, traceWithinS }: Given): Promise<void> {
  const secure = url.protocol === 'https:';
  const findings = await examine(
    {
      url: trimmed(url.href),
      edge: trimmed(
        edge?.replace(/^http/, 'ws') ?? `${secure ? 'wss' : 'ws'}://${url.hostname}${secure ? '' : ':8000'}`,
      ),
      traceWithinS,
      ...(token === undefined ? {} : { token }),
      ...(traces === undefined ? {} : { traces: trimmed(traces) }),
    },
    (found) => process.stdout.write(`${line(found)}\n`),
  );
  const wrong = findings.filter(({ state }) => state === 'wrong').length;
  process.stdout.write(wrong === 0 ? 'Nothing is wrong.\n' : `${wrong} of ${findings.length} are wrong.\n`);
  if (wrong > 0) process.exitCode = WRONG;
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}

function called(message: string): void {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exitCode = CALLED_WRONGLY;
}
