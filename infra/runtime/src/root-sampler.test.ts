// A trace begins with something that somebody asked for, never with a statement of a loop that looks for work.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { BasicTracerProvider, ParentBasedSampler } from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import { RootSampler } from './root-sampler.js';

function tracer(ratio: number) {
  const sampler = new ParentBasedSampler({ root: new RootSampler(ratio) });
  return new BasicTracerProvider({ sampler }).getTracer('test');
}

it('begins a trace with a request, and its statements belong to it', () => {
  const request = tracer(1).startSpan('GET /v1/devices', {}, ROOT_CONTEXT);
  const statement = tracer(1).startSpan('prisma:client:operation', {}, trace.setSpan(ROOT_CONTEXT, request));
  expect([request.isRecording(), statement.isRecording()]).toEqual([true, true]);
});

it('begins none with a statement, nor with anything below it', () => {
  const statement = tracer(1).startSpan('prisma:client:operation', {}, ROOT_CONTEXT);
  const below = tracer(1).startSpan('pg.query:SELECT registry', {}, trace.setSpan(ROOT_CONTEXT, statement));
  expect([statement.isRecording(), below.isRecording()]).toEqual([false, false]);
});

it('keeps the fraction that it is told', () => {
  expect(tracer(0).startSpan('GET /v1/devices', {}, ROOT_CONTEXT).isRecording()).toBe(false);
});
