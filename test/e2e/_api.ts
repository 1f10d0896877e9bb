// The public HTTP API as a program of somebody else's would call it.
import { randomUUID } from 'node:crypto';

/** What the tests look at of a device. */
export interface DeviceView {
  readonly id: string;
  readonly dialect: string;
  readonly identifier: string;
  readonly kind: string;
  readonly parent_id: string | null;
  readonly profile: Readonly<Record<string, unknown>>;
  readonly firmware: Readonly<Record<string, unknown>> | null;
  readonly state: { readonly reported: Readonly<Record<string, unknown>> };
  readonly presence: {
    readonly online: boolean;
    readonly edge: string | null;
    readonly epoch: number;
    readonly reason: string | null;
    readonly last_seen: string | null;
  };
}

export interface Reading {
  readonly metric: string;
  readonly value: number;
  readonly time: string;
}

export interface Api {
  readonly base: string;
  /** The answer's body; throws when the status is not 2xx. */
  get<T>(path: string): Promise<T>;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: never }>;
  /** What a POST is answered with; throws when its status is another one. */
  made<T>(path: string, body: object, expected?: number): Promise<T>;
  devices(query?: string): Promise<readonly DeviceView[]>;
  device(dialect: string, identifier: string): Promise<DeviceView | undefined>;
  points(deviceId: string, metric: string, query?: string): Promise<readonly (readonly [string, number])[]>;
  latest(deviceId: string): Promise<readonly Reading[]>;
  log(
    deviceId: string,
  ): Promise<readonly { name: string; message: string; fields: Record<string, unknown> }[]>;
}

const CALL_LIMIT_MS = 10_000;

export function apiClient(base: string, token: string): Api {
  const call: Api['call'] = async (method, path, body) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never };
  };
  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await call('GET', path);
    if (status < 200 || status > 299) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const made: Api['made'] = async (path, sent, expected = 201) => {
    const { status, body } = await call('POST', path, sent);
    if (status !== expected) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const devices: Api['devices'] = async (query = '') => {
    const all: DeviceView[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: DeviceView[]; next_cursor: string | null } = await get(
        `/v1/devices?limit=500${query}${at}`,
      );
      all.push(...page.items);
      cursor = page.next_cursor || null;
    }
    return all;
  };
  return {
    base,
    get,
    call,
    made,
    devices,
    device: async (dialect, identifier) =>
      (await devices(`&dialect=${dialect}`)).find((device) => device.identifier === identifier),
    points: async (id, metric, query = '') =>
      (await get<{ points: [string, number][] }>(`/v1/devices/${id}/readings?metric=${metric}${query}`))
        .points,
    latest: async (id) => (await get<{ items: Reading[] }>(`/v1/devices/${id}/readings/latest`)).items,
    log: async (id) => (await get<{ items: never[] }>(`/v1/devices/${id}/log?limit=100`)).items,
  };
}

/** Somebody with an account and an organization of their own, who belongs to no other. */
export async function newcomer(api: Api) {
  const email = `${randomUUID()}@example.com`;
  const account = { email, password: 'correct horse battery' };
  const { token, user } = await api.made<{ token: string; user: { id: string } }>(
    '/v1/auth/register',
    account,
  );
  return { email, token, userId: user.id };
}
