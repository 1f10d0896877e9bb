// Headers that keep browsers from doing more with an answer than reading it.
import type { Server } from './server.js';

const headers = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000',
  'cache-control': 'no-store',
};

const POLICY = "default-src 'none'; frame-ancestors 'none'";

export function secureHeaders(server: Server): void {
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
  // The documentation page brings a policy of its own.
  server.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', POLICY);
  });
}
