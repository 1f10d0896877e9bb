// The bus: subjects, streams, publishing, requests, durable consumers, leases, objects, dead letters.
export { type AppliedStream, applyStreams } from './apply-streams.js';
export { type BucketDefinition, bucket } from './bucket.js';
export type { Bus, Lease, Persisted, PersistOptions, QueueOptions, Subscription } from './bus.js';
export { busRunnable } from './bus-runnable.js';
export { type BusOptions, connectBus } from './connect.js';
export { type ConsumeOptions, consume, type Handle } from './consumer.js';
export { type DeadLetter, type DeadLetterDetail, type DeadLetters, deadLetters } from './dead-letter.js';
export { deadLetterStream, deadLetterSubject } from './dead-letter-stream.js';
export type { Delivery } from './delivery.js';
export type { Durable } from './durable.js';
export { Heard } from './heard.js';
export { LostNodes, type NodeProcess } from './lost-nodes.js';
export { type ByteRange, type ObjectBucket, objectBucket } from './object-bucket.js';
export { durableProgress, type Progress } from './progress.js';
export { type StreamDefinition, stream } from './stream.js';
export { type Address, type Codec, type Params, type Rpc, rpc, type Subject, subject } from './subject.js';
export { token, untoken } from './token.js';
