// What each span, attribute and label means. Who makes a new one says here what it is; the tests hold both against each other.

/** Every span that our own code makes. Words in braces are known only when it runs. */
export const spans: Readonly<Record<string, string>> = {
  'admit devices': 'the registry decides a batch of devices that want in, with one statement',
  'command answer': 'the registry applies what a device answered to a command',
  'consume {durable}': 'a batch of a durable consumer, from being handed over until it is settled',
  'cut off': 'an alarm has a plug switched off',
  'deliver command': 'an edge hands a command to the session of its device',
  'deliver push': 'an edge hands something that is no command to the session of its device',
  'deliver webhook': 'one attempt to deliver to a webhook',
  'dispatch command':
    'the registry sends a command to the edge that holds its device, and notes what became of it',
  'edge authenticate_device':
    'the registry is asked who a device is that presents something with its upgrade',
  'edge frame': 'a sampled frame, from its socket until its dialect is done with it',
  'edge signal': 'one end of a watch session or console tells the other something, by way of the bus',
  'edge upgrade': 'a request that becomes a socket; later spans of the connection link to it',
  'edge {kind}':
    'a dialect asks the registry or signaling: admit, authenticate, watch, resume, ice_servers and the like',
  'offer update': 'firmware-update offers an update to a device, by way of its edge',
  'persist {template}': 'a message is handed to JetStream, until it acknowledges',
  'publish alarm': 'a change of an alarm leaves the outbox',
  'publish {kind}': 'a fact about a device leaves the outbox',
  'publish {template}': 'a message is sent on core NATS',
  'readings store': 'the transaction that stores a batch of readings',
  'receive {template}': 'a message on core NATS is handled',
  'request {template}': 'a request on core NATS, until its reply',
  'respond {template}': 'a request on core NATS is answered',
  'tell the camera': 'signaling asks the edge of a camera to begin a watch session',
  'tell the ends': 'signaling tells both ends of a watch session something',
  'update order step': 'the registry applies a step of an update that a person ordered',
  'uplink publish': 'a batch of events of an edge becomes durable; links to the sampled frames in it',
};

/** Every attribute that our own code sets. Ids are allowed here. */
export const attributes: Readonly<Record<string, string>> = {
  'http.target': 'the path of a request, without what is secret in it',
  'http.url': 'the same, as older conventions call it',
  'messaging.batch.message_count': 'events or messages in a batch',
  'mooring.batch.size': 'devices that are decided together',
  'mooring.batches': 'batches that are stored in one transaction',
  'mooring.command': 'the number of a command',
  'mooring.command.type': 'switch, print and the like',
  'mooring.connection': 'the id of a socket',
  'mooring.delivered': 'whether the session was there',
  'mooring.device': 'the id of a device',
  'mooring.dialect': 'the protocol that a socket speaks',
  'mooring.evidence': 'what a device presented to say who it is: the kind, never the thing',
  'mooring.outcome': 'what became of it, in the words of the metric of the same thing',
  'mooring.push': 'what is pushed to a device',
  'mooring.session': 'the id of a watch session or console',
  'mooring.signal': 'what one end tells the other: offer, answer, candidate, ended',
  'mooring.update': 'the id of an update of firmware',
  'url.full': 'the path of a request, without what is secret in it',
  'url.path': 'the same',
  'url.query': 'empty where the path held a secret',
};

/**
 * Every label of our metrics, and what bounds its values. There is none for what is as many as devices, people or
 * sessions are: a series costs memory for as long as its process lives.
 */
export const labels: Readonly<Record<string, string>> = {
  awaited: 'what did not come: a handful of words',
  call: 'calls of the edge about presence: a handful of words',
  cause: 'who found out: a handful of words',
  code: 'codes of faults, and ok',
  content: 'what a device is told: a handful of words',
  dialect: 'the protocols that the edge speaks',
  durable: 'durable consumers, which the code names',
  event: 'a handful of words',
  evidence: 'ways in which devices prove who they are: a handful of words',
  kind: 'kinds of events, contents or facts: a handful of words',
  limit: 'limits that a session can break: a handful of words',
  method: 'methods of gRPC services, or of HTTP',
  outcome: 'a handful of words',
  pool: 'connection pools, which the code names',
  reason: 'a handful of words',
  route: 'routes as the API declares them, with parameters in their places',
  side: 'viewer or device',
  signal: 'offer, answer, candidate, ended',
  state: 'a handful of words',
  status: 'HTTP status codes, or states of updates',
  subject: 'templates of subjects, with parameters in their places',
  sweep: 'what signaling looks for again and again: edges, history, rights, waits',
  turn: 'what a print waits for; whether there is a TURN server',
  type: 'types of commands',
  what: 'what a message was about, in words of its dialect; at most 200 for each, then other',
  why: 'why an edge is told to end a session: a handful of words',
};
