// A service with firmware, devices and groups, and what tests of rollouts read of its database.
import { randomBytes } from 'node:crypto';
import { eventually } from '@mooring/harness';
import type { firmware } from '@mooring/proto';
import { postgresPool, uuidv7 } from '@mooring/runtime';
import { Signer } from '../src/uploads/_archive.js';
import { made, parts, trust } from './_files.js';
import { Fleet } from './_fleet.js';
import { type Replica, type Service, service } from './_service.js';

/** Time that a test may let pass. */
export class TestClock {
  #skewMs = 0;

  now(): number {
    return Date.now() + this.#skewMs;
  }

  pass(ms: number): void {
    this.#skewMs += ms;
  }
}

export const MINUTE_MS = 60_000;

export interface Rollouts {
  readonly running: Service;
  readonly fleet: Fleet;
  readonly clock: TestClock;
  readonly organization: string;
  /** Two firmwares of one product, and an archive. */
  readonly old: firmware.Artifact;
  readonly fresh: firmware.Artifact;
  readonly archive: firmware.Artifact;
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>;
  upload(version: string, kind?: string): Promise<firmware.Artifact>;
  create(settings?: Partial<firmware.DeploymentSettings>, on?: Replica): Promise<firmware.DeploymentGroup>;
  status(id: string): Promise<firmware.GetDeploymentStatusResponse>;
  control(id: string, action: string): Promise<firmware.DeploymentGroup>;
  stop(): Promise<void>;
}

/** Everything of its own: servers, an organization, an edge. Ticks come every 200 ms. */
export async function rollouts(): Promise<Rollouts> {
  const clock = new TestClock();
  const running = await service({ FIRMWARE_POSTGRES_POOL: '6' }, { clock, tickMs: 200 });
  const organization = uuidv7();
  const signer = new Signer();
  await trust(running.artifacts, organization, signer.key.publicKey);
  const upload = async (version: string, kind = 'firmware'): Promise<firmware.Artifact> => {
    const file = made(signer, randomBytes(2_000), version);
    const { artifact } = await running.artifacts.uploadArtifact(parts(organization, file, { kind }));
    if (artifact === undefined) throw new Error('nothing was uploaded');
    return artifact;
  };
  const old = await upload('1.0.0');
  const fresh = await upload('1.1.0');
  const archive = await upload('3.0.0', 'archive');
  const pool = postgresPool(running.databaseUrl, { max: 2, name: 'test' });
  const fleet = await Fleet.start(running.nats.url, running.registry, organization);
  const scope = { organizationIds: [organization], actor: 'tester' };
  let names = 0;
  return {
    ...{ running, fleet, clock, organization, old, fresh, archive, upload },
    query: async <R extends object>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<R>(text, [...values])).rows,
    create: async (settings = {}, on = running) => {
      names += 1;
      const { group } = await on.groups.createDeploymentGroup({
        ...{ organizationId: organization, actor: 'tester', isActive: true, idempotencyKey: '' },
        settings: {
          ...unset,
          name: `group ${names}`,
          product: 'made',
          firmwareUuid: fresh.uuid,
          ...settings,
        },
      });
      if (group === undefined) throw new Error('no group was made');
      return group;
    },
    status: (id) => running.groups.getDeploymentStatus({ organizationIds: [organization], id }),
    control: async (id, action) => {
      const { group } = await running.groups.controlDeploymentGroup({ ...scope, id, action });
      if (group === undefined) throw new Error('no group is there');
      return group;
    },
    stop: async () => {
      await pool.end();
      await fleet.close();
      await running.stop();
    },
  };
}

/** What a request is that gives no settings. */
export const unset: firmware.DeploymentSettings = {
  ...{ name: '', product: '', platform: '', architecture: '', firmwareUuid: '', archiveUuid: '' },
  ...{ concurrentUpdates: 0, failureThreshold: 0, deviceFailureThreshold: 0, deviceFailureRateAmount: 0 },
  ...{ deviceFailureRateSeconds: 0, penaltyTimeoutMinutes: 0, updateTimeoutMinutes: 0, queueManagement: '' },
  ...{ releaseNetworkInterfaces: [], releaseTags: [], lockDeviceMembership: false, connectingCode: '' },
  ...{ notes: '', phases: [], priorityQueueEnabled: false, priorityQueueConcurrentUpdates: 0 },
  priorityQueueFirmwareVersionThreshold: '',
};

/** Resolves when the status is as expected. */
export function untilStatus(
  { status }: Rollouts,
  id: string,
  check: (status: firmware.GetDeploymentStatusResponse) => boolean,
): Promise<firmware.GetDeploymentStatusResponse> {
  return eventually(
    async () => {
      const now = await status(id);
      return check(now) && now;
    },
    { withinMs: 60_000 },
  );
}
