// Decides how connections to a service are made, spread, kept alive and replaced, and which calls are repeated.

import { isIPv4 } from 'node:net';
import type { ClientOptions, ServiceDefinition } from '@grpc/grpc-js';
import { Fault } from '../fault.js';

/** `host:port` as a name whose every address is used, or several `ip:port` with commas between. Fault `invalid`. */
export function target(address: string): string {
  const [first = '', ...more] = address.split(',').map((part) => part.trim());
  if (more.length === 0 && /^[^,\s/]+:\d+$/.test(first)) return `dns:///${first}`;
  for (const part of [first, ...more]) {
    if (!isIPv4(part.replace(/:\d+$/, '')) || !/:\d+$/.test(part)) {
      throw new Fault(
        'invalid',
        `gRPC address ${address} is neither host:port nor a list of IPv4 address:port`,
      );
    }
  }
  return `ipv4:${[first, ...more].join(',')}`;
}

/** Options of a channel to one service. */
export function channelOptions(definition: ServiceDefinition): ClientOptions {
  return {
    'grpc.service_config': JSON.stringify(serviceConfig(definition)),
    // Names are asked again when a connection ends; by default not within 30 s, which is longer than a rollout step.
    'grpc.dns_min_time_between_resolutions_ms': 1_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.max_receive_message_length': 8 * 1024 * 1024,
  };
}

// Only a single request with a single answer is repeated, and only when the service could not be reached or said so.
// gRPC itself draws each wait between 0 and the back-off and keeps the deadline over all attempts.
function serviceConfig(definition: ServiceDefinition): object {
  const unary = Object.values(definition).filter((method) => !method.requestStream && !method.responseStream);
  const retryPolicy = {
    maxAttempts: 3,
    initialBackoff: '0.1s',
    maxBackoff: '0.5s',
    backoffMultiplier: 3,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  const name = unary.map(({ path }) => {
    const [, service, method] = path.split('/');
    return { service, method };
  });
  return {
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: name.length === 0 ? [] : [{ name, retryPolicy }],
  };
}
