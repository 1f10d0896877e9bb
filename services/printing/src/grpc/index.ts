// Assembles the Printing service from its RPCs.
import { printing } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { type RenderParts, render } from './render.js';

/** The service and its handlers, as a gRPC server takes them. */
export function printingService(parts: RenderParts) {
  const handlers: printing.PrintingServer = { render: unary(render(parts)) };
  return [printing.PrintingService, handlers] as const;
}
