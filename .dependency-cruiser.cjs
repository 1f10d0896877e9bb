// Decides who may import whom. Each rule is one sentence, printed when it is broken.

// Tests, and the files beside them whose names start with an underscore, stand outside what they test.
const tests = '(\\.test\\.ts$|/_[^/]+\\.ts$)';
// What a benchmark compares us with is written without us.
const rivals = '^test/load/(bare|obvious)/';
const generated = '/(gen|generated)/';
// What another package sees of a package; the same as the `exports` of its package.json.
const entries = [
  '^proto/src/index\\.ts$',
  '^infra/[^/]+/src/(index|telemetry)\\.ts$',
  '^services/[^/]+/src/app\\.ts$',
  '^test/(devices|harness)/src/index\\.ts$',
];
const npm = (name) => `node_modules/${name}/`;

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or one of them knows too much.',
      from: { pathNot: generated },
      to: { circular: true },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      comment: 'An import that leads nowhere fails when it runs.',
      from: {},
      // Generated clients and the outputs of a build are there only after `npm run build`.
      to: { couldNotResolve: true },
    },
    {
      name: 'runtime-knows-no-domain',
      severity: 'error',
      comment: 'The runtime serves any system; a device noun in it would be everybody’s business.',
      from: { path: '^infra/runtime/' },
      // Its tests start servers as others do.
      to: {
        path: '^(proto|services|infra/stack|test)/',
        pathNot: ['^test/harness/src/index\\.ts$', '^infra/stack/src/index\\.ts$'],
      },
    },
    {
      name: 'proto-knows-no-service',
      severity: 'error',
      comment: 'Contracts stand below those who keep them.',
      from: { path: '^proto/' },
      to: { path: '^(services|infra/stack|test)/' },
    },
    {
      name: 'no-cross-service-imports',
      severity: 'error',
      comment: 'Services meet on the bus and over gRPC, never in one another’s code.',
      from: { path: '^services/([^/]+)/(?!test/)' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'console-runs-in-pages',
      severity: 'error',
      comment: 'A page loads the console as it is: what it imports must be there, and there is no Node.',
      from: { path: '^services/console/src/', pathNot: tests },
      to: { pathNot: '^services/console/src/' },
    },
    {
      name: 'services-know-no-stack',
      severity: 'error',
      comment: 'A service does not know where it runs nor who tests it.',
      from: { path: '^services/[^/]+/src/' },
      to: { path: '^(infra/stack|test)/' },
    },
    {
      name: 'stack-starts-processes',
      severity: 'error',
      comment:
        'The stack starts services as processes, as Kubernetes does; it imports none, and of the demo devices the names only.',
      from: { path: '^infra/stack/' },
      to: { path: '^(services|test)/', pathNot: '^test/(harness|devices)/src/index\\.ts$' },
    },
    {
      name: 'devices-know-only-their-wire',
      severity: 'error',
      comment:
        'Simulated devices are written from the device side’s specification; sharing our codecs they would only agree with us.',
      from: { path: '^test/devices/' },
      to: { path: '^(proto|services|infra/stack|test/(?!devices/|vectors/))' },
    },
    {
      name: 'no-deep-imports',
      severity: 'error',
      comment: 'A package is used through its one public entry.',
      from: { path: '^(proto|infra/[^/]+|services/[^/]+|test/[^/]+)/' },
      to: {
        path: '^(proto|infra/[^/]+|services/[^/]+|test/[^/]+)/',
        // Tests share what they hold against each other: subjects and durables, manifests, names of telemetry.
        pathNot: ['^$1/', ...entries, '^test/(vectors/|contract/_|manifests/_|e2e/(_|pods/))'],
      },
    },
    {
      name: 'nobody-imports-a-test',
      severity: 'error',
      comment:
        'What two tests share lives in a file of its own; what the product needs does not live in tests.',
      from: {},
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'product-imports-no-test-support',
      severity: 'error',
      comment: 'Files with a leading underscore support tests and are not part of what runs.',
      from: { pathNot: [tests, '^test/'] },
      to: { path: '/_[^/]+\\.ts$' },
    },
    {
      name: 'uws-only-in-sockets',
      severity: 'error',
      comment:
        'uWebSockets.js stays in edge/src/sockets, so that its borrowed memory and closed handles do too.',
      from: { pathNot: ['^services/edge/src/sockets/', rivals] },
      to: { path: npm('(uWebSockets\\.js|@trufflesuite/uws-js-unofficial)') },
    },
    {
      name: 'nats-only-in-runtime',
      severity: 'error',
      comment: 'NATS is spoken in runtime/src/nats, where deadlines, trace headers and settlement are kept.',
      // The bench counts what anybody publishes, whatever the subject.
      from: { pathNot: ['^infra/runtime/(src/nats|test)/', rivals, '^test/load/field/'] },
      to: { path: npm('@nats-io/[^/]+') },
    },
    {
      name: 'grpc-only-in-runtime',
      severity: 'error',
      comment:
        'gRPC is spoken in runtime/src/grpc; others use its servers and clients and the generated code.',
      from: { pathNot: ['^infra/runtime/(src/grpc|test)/', '^proto/src/gen/', rivals] },
      to: { path: npm('(@grpc/[^/]+|grpc-health-check)') },
    },
    {
      name: 'postgres-only-in-store',
      severity: 'error',
      comment:
        'A service’s rows are known in its store and nowhere else; connections are made in the runtime.',
      from: {
        pathNot: [
          '^services/[^/]+/(src/store|test)/',
          '^infra/runtime/(src/postgres|test)/',
          '^(test|tools)/',
        ],
      },
      to: { path: npm('(@types/pg|pg|pg-[^/]+|@prisma/(client|adapter-pg))') },
    },
    {
      name: 'prisma-only-in-store',
      severity: 'error',
      comment: 'The generated client returns rows; the rest of a service works with domain types.',
      from: { pathNot: '^services/[^/]+/src/store/' },
      to: { path: '^services/[^/]+/src/store/generated/' },
    },
    {
      name: 'dialects-are-pure',
      severity: 'error',
      comment: 'A dialect is a function of its inputs: no I/O, no clock, no randomness, no platform.',
      // The table of paths is no dialect: it hands each one to the sessions.
      from: {
        path: '^services/edge/src/dialects/',
        pathNot: [tests, '^services/edge/src/dialects/index\\.ts$'],
      },
      to: {
        pathNot: ['^services/edge/src/dialects/', npm('@msgpack/msgpack'), '^(node:)?buffer$'],
      },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment:
        'A decision depends on what it is told: a domain folder imports itself, faults, message types, hashes, calendars, ASN.1.',
      from: { path: '^services/([^/]+)/src/domain/', pathNot: tests },
      to: {
        pathNot: [
          '^services/$1/src/domain/',
          '^infra/runtime/src/index\\.ts$',
          '^proto/src/index\\.ts$',
          '^(node:)?crypto$',
          '^node_modules/@noble/hashes/',
          '^node_modules/@peculiar/asn1-(schema|x509)/',
          '^node_modules/temporal-polyfill/',
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: ['^(proto|infra|services|test)/.*dist/', '^test/vectors/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@mooring/source', 'import', 'node', 'require', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
