// Why nothing came of a connection, in words that name the next step.

const CLOSED =
  'it closes without an answer: does one side speak TLS (https, wss) and the other none, or has a proxy nobody behind it?';
const PLAIN = 'it does not speak TLS: is it http or ws, not https or wss?';
const UNKNOWN_CA = 'its CA is not known here: name its file in NODE_EXTRA_CA_CERTS';
const NO_WAY = 'there is no way to it: look at the network and its firewalls';
const STEPS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: is it started, and is this its port?',
  ECONNRESET: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  ENOTFOUND: 'there is no such name: look at the spelling, and at DNS',
  EAI_AGAIN: 'names cannot be asked for now: look at DNS',
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ETIMEDOUT: 'nobody answers: look at firewalls, network policies and the balancer',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for other names: call it by one of those, or have this one added',
  CERT_HAS_EXPIRED: 'its certificate is over: look at what renews it',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'nobody vouches for its certificate: name its file in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'it does not send its whole chain, or its CA is not known here (NODE_EXTRA_CA_CERTS)',
  EPROTO: PLAIN,
  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN,
};
// What libraries say without a code.
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/timed out|timeout/i, 'it takes the connection and says nothing: is it hung, or something else?'],
  [/socket hang up/i, CLOSED],
  [/^Parse Error|Sec-WebSocket/i, 'what answers speaks no HTTP, or no WebSocket: is this the right port?'],
];

/** `ECONNREFUSED: nothing listens there: …`. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch hides why it failed one level below, and attempts at several addresses one below that.
  const cause = innermost(error);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const step = STEPS[code] ?? WORDS.find(([pattern]) => pattern.test(cause.message))?.[1];
  return [code || cause.message, step].filter(Boolean).join(': ');
}

function innermost(error: Error): Error {
  const { cause } = error;
  if (cause instanceof Error) return innermost(cause);
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return innermost(error.errors[0]);
  return error;
}
