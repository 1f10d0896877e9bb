// Commands as a client of the HTTP API sees them.
import { eventually } from '@mooring/harness';
import type { Api } from './_api.js';

export interface CommandView {
  readonly id: string;
  readonly state: string;
  readonly code: string | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly timeline: readonly {
    readonly at: string;
    readonly state: string;
    readonly detail: string | null;
  }[];
}

export function commandsOf(api: Api) {
  const get = (id: string): Promise<CommandView> => api.get(`/v1/commands/${id}`);
  return {
    get,
    /** Throws when it is not taken. */
    async make(deviceId: string, body: object): Promise<CommandView> {
      const made = await api.call('POST', `/v1/devices/${deviceId}/commands`, body);
      if (made.status !== 202) throw new Error(`${made.status} ${JSON.stringify(made.body)}`);
      return made.body;
    },
    /** Waits until it stands so; the error says how it stands instead. */
    async reaches(id: string, state: string): Promise<CommandView> {
      let last: CommandView | undefined;
      try {
        return await eventually(
          async () => {
            last = await get(id);
            return last.state === state ? last : undefined;
          },
          { what: `command ${state}`, withinMs: 20_000 },
        );
      } catch (cause) {
        throw new Error(`not ${state}: ${JSON.stringify(last)}`, { cause });
      }
    },
  };
}
