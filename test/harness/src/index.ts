// What tests stand on: real servers, waiting for conditions, apps inside the test's process.
export { freePort, freePorts } from '@mooring/stack';
export { type TestAuthority, type TestCertificate, type TestSubject, testAuthority } from './certificates.js';
export { Child } from './child.js';
export { launchBrowser, testChromium } from './chromium.js';
export { eventually } from './eventually.js';
export { FIRMWARE_BLOCK_BYTES, FirmwareFile, FirmwareSigner } from './firmware-file.js';
export {
  type FiringAlert,
  promtool,
  type TestPrometheus,
  type TestPrometheusOptions,
  testPrometheus,
} from './prometheus.js';
export { type RunningApp, runApp } from './running.js';
export { type TestNats, type TestPostgres, type TestServer, testNats, testPostgres } from './servers.js';
export { type TestTlsFront, type TlsFrontKind, testTlsFront } from './tls-front.js';
export { type TestTurn, testTurn, turnClient } from './turn.js';
