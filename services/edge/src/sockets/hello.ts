// Reads of an upgrade request what a dialect may know, and believes of it only what the right one can have written.

import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { uuidv7 } from '@mooring/runtime';
import type { DevicePolicy, Hello } from '../dialects/dialect.js';
import { clientAddress, type Networks } from './address.js';
import { clientCertificate } from './client-certificate.js';

export interface HelloOptions {
  readonly policy: DevicePolicy;
  readonly proxies: Networks;
  /** Lower case; empty when no front passes certificates on. */
  readonly certificateHeader: string;
}

export function readHello(
  path: string,
  options: HelloOptions,
  response: HttpResponse,
  request: HttpRequest,
): Hello {
  const headers: Record<string, string> = {};
  // Sent twice, the first is what whoever came before the front wrote: neither is believed.
  let certificates = 0;
  request.forEach((name, value) => {
    if (name === options.certificateHeader) certificates += 1;
    headers[name] = value;
  });
  const socketAddress = Buffer.from(response.getRemoteAddressAsText()).toString('latin1');
  const { [options.certificateHeader]: value = '', ...others } = headers;
  const certificate = options.proxies.has(socketAddress) ? oneOf(certificates, value) : undefined;
  return {
    path,
    // Undefined when the URL has no question mark, whatever its type says.
    query: (request.getQuery() as string | undefined) ?? '',
    headers: others,
    remoteAddress: clientAddress(socketAddress, headers['x-forwarded-for'], options.proxies),
    connectionId: uuidv7(),
    policy: options.policy,
    ...(certificate === undefined ? {} : { certificate }),
  };
}

function oneOf(times: number, value: string): Hello['certificate'] {
  return times > 1 ? 'unreadable' : clientCertificate(value);
}
