// Decides what is traced by libraries, how many traces are kept and where they go. Only the preload starts it.
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { envDetector, hostDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { ParentBasedSampler } from '@opentelemetry/sdk-trace-base';
import { PrismaInstrumentation } from '@prisma/instrumentation';
import type { Environment } from './config.js';
import { logger } from './log.js';
import { RootSampler } from './root-sampler.js';
import { SpanQueue } from './span-queue.js';
import { onTelemetryShutdown } from './telemetry-shutdown.js';

// Probes and scrapes would be most of all traces.
const UNTRACED_PATHS: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Starts exporting spans to the OTLP endpoint that the `OTEL_*` variables name. Of the traces that begin here the
 * fraction OTEL_TRACES_SAMPLER_ARG is kept (1 when absent), none that a lone statement would be; of those that come from
 * elsewhere, what their origin kept.
 */
export function startTracing(env: Environment): void {
  const log = logger('telemetry');
  diag.setLogger(
    {
      error: (message, ...args) => log.error({ args }, message),
      warn: (message, ...args) => log.warn({ args }, message),
      info: (message, ...args) => log.info({ args }, message),
      debug: (message, ...args) => log.debug({ args }, message),
      verbose: (message, ...args) => log.trace({ args }, message),
    },
    DiagLogLevel.WARN,
  );
  const sdk = new NodeSDK({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES.
    resourceDetectors: [envDetector, hostDetector],
    sampler: new ParentBasedSampler({
      root: new RootSampler(ratio(env['OTEL_TRACES_SAMPLER_ARG'])),
    }),
    spanProcessors: [new SpanQueue(new OTLPTraceExporter(), bound(env['OTEL_BSP_MAX_QUEUE_SIZE']))],
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => UNTRACED_PATHS.has(request.url?.split('?')[0]),
        // An EventSource can send its token in the query alone.
        redactedQueryParamsServer: ['access_token', 'token', 'sig', 'Signature'],
      }),
      new GrpcInstrumentation(),
      new PgInstrumentation({ requireParentSpan: true }),
      // How it prepares a statement is no part of what somebody waits for.
      new PrismaInstrumentation({ ignoreSpanTypes: ['prisma:client:compile', 'prisma:client:serialize'] }),
    ],
    // Metrics are scraped and logs go to stdout.
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  onTelemetryShutdown(() => sdk.shutdown());
}

function ratio(text: string | undefined): number {
  const value = Number(text || 1);
  return value >= 0 && value <= 1 ? value : 1;
}

function bound(text: string | undefined): number {
  const value = Number(text || 8_192);
  return Number.isInteger(value) && value > 0 ? value : 8_192;
}
