// Keeps firmware files in a bucket of any service that speaks S3.
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { type ByteRange, Fault, isFault, logger } from '@mooring/runtime';
import type { ArtifactStorage } from './artifact-storage.js';

const log = logger('s3');
const CONNECT_MS = 5_000;
/** Silence on a connection that is being used. */
const SILENCE_MS = 30_000;

/** Where the bucket is and as whom to use it. */
export interface S3Settings {
  readonly bucket: string;
  readonly region: string;
  /** Empty for the one of AWS. */
  readonly endpoint: string;
  /** The bucket stands in the path instead of the name of the host. */
  readonly pathStyle: boolean;
  /** Empty, with the secret one, for what the environment of the process offers. */
  readonly accessKey: string;
  readonly secretKey: string;
}

type Library = typeof import('@aws-sdk/client-s3');

// Otherwise it writes to the console. Failures become faults, and its lines about them hold whole requests.
const silent = (): void => undefined;
const libraryLog = {
  trace: silent,
  debug: silent,
  info: silent,
  warn: (...words: unknown[]) => log.warn({ said: words.join(' ') }, 'aws-sdk'),
  error: silent,
};

/** The bucket. The library, which is large, is loaded here. */
export async function s3Storage(settings: S3Settings): Promise<ArtifactStorage> {
  const library = await import('@aws-sdk/client-s3');
  const { accessKey, secretKey, endpoint, region, pathStyle } = settings;
  const client = new library.S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === '' ? {} : { endpoint }),
    ...(accessKey === '' ? {} : { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }),
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
    // Services that are not Amazon's do not know its trailing checksums; the files have one of their own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: libraryLog,
  });
  return new S3Storage(client, library, settings.bucket);
}

class S3Storage implements ArtifactStorage {
  readonly #client: S3Client;
  readonly #library: Library;
  readonly #bucket: string;

  constructor(client: S3Client, library: Library, bucket: string) {
    this.#client = client;
    this.#library = library;
    this.#bucket = bucket;
  }

  async verify(): Promise<void> {
    const command = new this.#library.HeadBucketCommand({ Bucket: this.#bucket });
    try {
      await this.#client.send(command);
    } catch (error) {
      throw new Fault('unavailable', `the bucket ${this.#bucket} cannot be used`, { cause: error });
    }
  }

  async put(
    key: string,
    source: AsyncIterable<Uint8Array>,
    bytes: number,
    signal: AbortSignal,
  ): Promise<void> {
    const body = Readable.from(source, { objectMode: false });
    // The library does not notice that its source fails, and would wait for the rest.
    const failed = new AbortController();
    body.once('error', (error) => failed.abort(error));
    const command = new this.#library.PutObjectCommand({
      ...this.#at(key),
      Body: body,
      ContentLength: bytes,
      ContentType: 'application/octet-stream',
    });
    const abortSignal = AbortSignal.any([signal, failed.signal]);
    try {
      await asked(`keeping ${key}`, () => this.#client.send(command, { abortSignal }));
    } catch (error) {
      throw failed.signal.aborted ? failed.signal.reason : error;
    } finally {
      body.destroy();
    }
  }

  async *read(key: string, bytes: number, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { from } = range;
    const to = Math.min(range.to, bytes);
    if (from >= to) return;
    const command = new this.#library.GetObjectCommand({
      ...this.#at(key),
      Range: `bytes=${from}-${to - 1}`,
    });
    const { Body: body, ContentLength: bytesSent } = await asked(`reading ${key}`, () =>
      this.#client.send(command, { abortSignal: signal }),
    );
    if (bytesSent !== to - from) {
      (body as Readable).destroy();
      throw new Fault('unavailable', `reading ${key}: ${bytesSent} bytes instead of ${to - from}`);
    }
    let left = to - from;
    try {
      for await (const chunk of body as Readable) {
        left -= chunk.length;
        yield chunk;
      }
    } catch (error) {
      throw s3Fault(error, `reading ${key}`);
    }
    if (left !== 0) throw new Fault('unavailable', `reading ${key}: ${left} bytes are missing`);
  }

  async remove(key: string): Promise<void> {
    const command = new this.#library.DeleteObjectCommand(this.#at(key));
    await asked(`removing ${key}`, () => this.#client.send(command));
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: `firmware/${key}` };
  }
}

async function asked<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw s3Fault(error, what);
  }
}

function s3Fault(error: unknown, what: string): Fault {
  if (isFault(error)) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'NoSuchKey') return new Fault('not_found', `${what}: it is not there`, { cause: error });
  const code = name === 'TimeoutError' ? 'deadline' : 'unavailable';
  return new Fault(code, `${what}: ${message}`, { cause: error });
}
