// Tests by kind: unit needs nothing, contract and manifests need the build tools, the others start real servers.
import { defineConfig } from 'vitest/config';

/** Tests that want the machine for themselves: crowds of devices, faults, whole systems, rules sixty times as fast. */
const ALONE = [
  'test/e2e/{alerts,crash,garbage,large-firmware,rolling-restart,rollout}.test.ts',
  'test/e2e/pods/**/*.test.ts',
  'infra/stack/test/**/*.test.ts',
];

export default defineConfig({
  ssr: { resolve: { conditions: ['@mooring/source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{proto,infra/*,services/*,test/devices,test/harness}/src/**/*.test.ts'],
          // A process for every file would take five times as long; none leaves anything behind that another one minds.
          isolate: false,
          // None takes a second; a machine with more to do may take its time.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: 'manifests', include: ['test/manifests/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{services,infra}/*/test/**/*.test.ts'],
          exclude: ALONE,
          pool: 'forks',
          // They wait more than they work.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
          hookTimeout: 90_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ALONE,
          pool: 'forks',
          // Two systems at a time, each of which waits more than it works.
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        // By itself: what has changed is built anew, of every service.
        test: {
          name: 'images',
          include: ['test/images/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 120_000,
        },
      },
    ],
  },
});
