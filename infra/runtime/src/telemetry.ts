// The preload that traces a process: `node --import @mooring/runtime/telemetry`. Starts nothing without an OTLP endpoint.
import { register } from 'node:module';

const { env } = process;
if (env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
  // Modules that are imported, not required, can only be patched through a loader hook. It wraps no other module.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
    data: { include: ['http', 'https', 'pg', 'pg-pool', '@grpc/grpc-js'] },
  });
  const { startTracing } = await import('./tracing.js');
  startTracing(env);
}
