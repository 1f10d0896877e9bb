// What a bucket of objects is, as data; nothing here talks to a server.

/** A bucket of a JetStream object store: kept in files until deleted, full when its limit is reached. */
export interface BucketDefinition {
  /** Lower case, with dashes. */
  readonly name: string;
  readonly maxBytes: number;
  /** On a cluster; 3 when absent. A server on its own always keeps one. */
  readonly replicas?: number;
  /** Why it exists and why the limit is what it is, in a sentence. */
  readonly why: string;
}

/** Declares a bucket. Throws a TypeError for a name that none may have. */
export function bucket(definition: BucketDefinition): BucketDefinition {
  if (!/^[a-z][a-z0-9-]*$/.test(definition.name)) {
    throw new TypeError(`bucket name ${definition.name} is not lower-case`);
  }
  return definition;
}

/** The stream that holds a bucket's objects (NATS ADR-20). */
export function streamOfBucket(name: string): string {
  return `OBJ_${name}`;
}
