// The flags of `npm start`: parsed strictly, all problems in one message.
import { parseArgs } from 'node:util';
import { Fault } from '@mooring/runtime';

export const usage = `npm start [-- flags]

  --data DIR               where everything lives (default .mooring); started again, it is all still there
  --ephemeral              a fresh temporary directory, removed at stop
  --edge-port N            port of the first edge (default 8000)
  --api-port N             port of the HTTP API (default 8080)
  --listen N               a further plain edge port; may repeat
  --edges N                that many edge processes, on consecutive ports (default 1)
  --host ADDRESS           where edges and API listen (default 127.0.0.1; 0.0.0.0 lets devices of the network in)
  --owner EMAIL:PASSWORD   the first account, made once (default owner@example.com, password generated)
  --device-auth POLICY     open, enrolled or credentials (default open)
  --demo, --no-demo        a few simulated devices of each dialect (default on)
  --help                   this text
`;

export interface StackFlags {
  /** Undefined for an ephemeral one. */
  readonly data: string | undefined;
  readonly edgePort: number;
  readonly apiPort: number;
  readonly listen: readonly number[];
  readonly edges: number;
  readonly host: string;
  readonly owner: { readonly email: string; readonly password: string | undefined };
  readonly deviceAuth: 'open' | 'enrolled' | 'credentials';
  readonly demo: boolean;
  /** Processes of firmware-update; one when absent. No flag of `npm start`: one machine has no use for more. */
  readonly firmwareReplicas?: number;
}

const DEFAULT_OWNER = 'owner@example.com';
const POLICIES = ['open', 'enrolled', 'credentials'] as const;
const MIN_PASSWORD = 8;

/** Undefined when help is asked for. Fault `invalid` with every problem. */
export function parseFlags(args: readonly string[]): StackFlags | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const problems: string[] = [];
  const integer = (name: string, text: string, min: number, max: number): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      problems.push(`--${name} must be a number from ${min} to ${max}, not ${text}`);
    return value;
  };
  const edgePort = integer('edge-port', values['edge-port'], 1, 65_535);
  const apiPort = integer('api-port', values['api-port'], 1, 65_535);
  const edges = integer('edges', values.edges, 1, 16);
  const listen = values.listen.map((text) => integer('listen', text, 1, 65_535));
  const deviceAuth = POLICIES.find((policy) => policy === values['device-auth']);
  if (deviceAuth === undefined) problems.push(`--device-auth must be one of ${POLICIES.join(', ')}`);
  if (values.ephemeral && values.data !== undefined)
    problems.push('--ephemeral and --data exclude each other');
  const owner = parseOwner(values.owner, problems);
  if (problems.length > 0 || deviceAuth === undefined) throw new Fault('invalid', problems.join('\n'));
  const data = values.ephemeral ? undefined : (values.data ?? '.mooring');
  const demo = values.demo && !values['no-demo'];
  return { data, edgePort, apiPort, listen, edges, host: values.host, owner, deviceAuth, demo };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        ephemeral: { type: 'boolean', default: false },
        'edge-port': { type: 'string', default: '8000' },
        'api-port': { type: 'string', default: '8080' },
        listen: { type: 'string', multiple: true, default: [] },
        edges: { type: 'string', default: '1' },
        host: { type: 'string', default: '127.0.0.1' },
        owner: { type: 'string', default: DEFAULT_OWNER },
        'device-auth': { type: 'string', default: 'open' },
        demo: { type: 'boolean', default: true },
        'no-demo': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new Fault('invalid', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parseOwner(text: string, problems: string[]): StackFlags['owner'] {
  const colon = text.indexOf(':');
  const email = colon < 0 ? text : text.slice(0, colon);
  const password = colon < 0 ? undefined : text.slice(colon + 1);
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) problems.push(`--owner must be EMAIL:PASSWORD, not ${email}`);
  if (password !== undefined && password.length < MIN_PASSWORD)
    problems.push(`--owner's password must have at least ${MIN_PASSWORD} characters`);
  return { email, password };
}
