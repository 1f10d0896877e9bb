// Adds the optional platform packages that a registry mirror did not list, so that `npm ci` accepts the lockfile everywhere.
import { readFileSync, writeFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const packages = lock.packages;
const CPU = {
  arm64: 'arm64',
  x64: 'x64',
  64: 'x64',
  armv7: 'arm',
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
};
const OS = {
  darwin: 'darwin',
  linux: 'linux',
  android: 'android',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
};
let added = 0;
for (const [at, entry] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const known = [`${at}/node_modules/${name}`, `node_modules/${name}`].some((path) => packages[path]);
    if (known || !/^\d/.test(version)) continue;
    const words = name.split('/').pop().split('-');
    const os = words.map((word) => OS[word]).find(Boolean);
    const cpu = words.map((word) => CPU[word]).find(Boolean);
    if (!os || !cpu) {
      console.warn('left alone:', name);
      continue;
    }
    const libc = words.includes('musl') ? { libc: ['musl'] } : {};
    packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...libc,
      license: entry.license,
      optional: true,
      os: [os],
      ...(entry.dev ? { dev: true } : {}),
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log('added', added);
