// A whole Mooring for one test file: every service as its own process, two edges, free ports, a fresh directory.
import { freePort, portsInARow, Stack, type StackFile } from '@mooring/stack';
import { type Api, apiClient } from './_api.js';

export interface TestStack {
  readonly stack: Stack;
  readonly file: StackFile;
  /** As the owner of the first account. */
  readonly api: Api;
  readonly edges: readonly string[];
  pid(part: string): number;
  stop(): Promise<void>;
}

export interface TestStackOptions {
  readonly edges?: number;
  readonly deviceAuth?: 'open' | 'enrolled' | 'credentials';
  /** Processes of firmware-update; one unless told. The second one is the part `firmware-update-2`. */
  readonly firmwareReplicas?: number;
  /** Added to the environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const { edges = 2, deviceAuth = 'open', firmwareReplicas = 1, env = {} } = options;
  const apiPort = await freePort();
  const edgePort = await portsInARow(edges, [apiPort]);
  const flags = {
    data: undefined,
    edgePort,
    apiPort,
    listen: [],
    edges,
    host: '127.0.0.1',
    owner: { email: 'owner@example.com', password: 'correct horse battery' },
    deviceAuth,
    demo: false,
    firmwareReplicas,
  };
  const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  const stack = await Stack.start({ flags, env: { ...inherited, ...env }, say: () => undefined });
  const { file } = stack;
  return {
    stack,
    file,
    api: apiClient(file.api, file.owner.token),
    edges: file.edges,
    pid(part) {
      const pid = stack.file.pids[part];
      if (pid === undefined) throw new Error(`no part ${part}`);
      return pid;
    },
    stop: () => stack.stop(),
  };
}
