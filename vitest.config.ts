// Tests by kind: unit needs nothing, contract and manifests need the build tools, integration and e2e start real servers.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@mooring/source'] } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{proto,infra/*,services/*,test/devices,test/harness}/src/**/*.test.ts'],
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
          exclude: ['test/e2e/alerts.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        // By itself: rules that are sixty times as fast as in production want a machine that has nothing else to do.
        test: {
          name: 'alerts',
          include: ['test/e2e/alerts.test.ts'],
          pool: 'forks',
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
          fileParallelism: false,
        },
      },
    ],
  },
});
