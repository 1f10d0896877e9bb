// Writes zip archives for tests: firmware files signed with a key of their own, and archives that contradict themselves.
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import { blake2b } from '@noble/hashes/blake2.js';
import type { SigningKey } from '../domain/fw/signature.js';

/** One entry as it is to be written. */
export interface Part {
  readonly name: string;
  readonly data: Uint8Array;
  readonly stored?: boolean;
  /** Sizes follow the data instead of standing before them. */
  readonly descriptor?: boolean;
  /** What the directory says instead of the truth. */
  readonly directory?: { readonly name?: string; readonly inflatedBytes?: number; readonly offset?: number };
  readonly flags?: number;
  readonly method?: number;
  /** Bytes before it that belong to nothing. */
  readonly before?: Uint8Array;
}

/** The archive of the parts; `directoryOrder` lists them in another order than they are in. */
export function archiveOf(parts: readonly Part[], directoryOrder = parts): Buffer {
  const written: Buffer[] = [];
  const directory = new Map<Part, Buffer>();
  let at = 0;
  const add = (bytes: Uint8Array): void => {
    written.push(Buffer.from(bytes));
    at += bytes.length;
  };
  for (const part of parts) {
    if (part.before !== undefined) add(part.before);
    const offset = at;
    const data = part.stored ? Buffer.from(part.data) : deflateRawSync(part.data);
    const sizes = uint32(crc32(part.data), data.length, part.data.length);
    const method = part.method ?? (part.stored ? 0 : 8);
    const flags = (part.flags ?? 0) | (part.descriptor ? 8 : 0);
    const name = Buffer.from(part.name);
    const head = [uint16(20, flags, method, 0, 0x21), part.descriptor ? Buffer.alloc(12) : sizes];
    add(Buffer.concat([uint32(0x04034b50), ...head, uint16(name.length, 0), name, data]));
    if (part.descriptor) add(Buffer.concat([uint32(0x08074b50), sizes]));
    const shown = Buffer.from(part.directory?.name ?? part.name);
    const told = part.directory?.inflatedBytes ?? part.data.length;
    directory.set(
      part,
      Buffer.concat([
        ...[uint32(0x02014b50), uint16(20, 20, flags, method, 0, 0x21)],
        ...[uint32(crc32(part.data), data.length, told), uint16(shown.length, 0, 0, 0, 0)],
        ...[uint32(0, part.directory?.offset ?? offset), shown],
      ]),
    );
  }
  const listed = Buffer.concat(directoryOrder.map((part) => directory.get(part) ?? Buffer.alloc(0)));
  const count = directoryOrder.length;
  return Buffer.concat([
    ...written,
    listed,
    ...[uint32(0x06054b50), uint16(0, 0, count, count), uint32(listed.length, at), uint16(0)],
  ]);
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return bytes;
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

/** A key pair that signs as fwup does. */
export class Signer {
  readonly #private: KeyObject;
  readonly key: SigningKey;

  constructor(name = 'made') {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#private = privateKey;
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const id = createHash('sha256').update(raw).digest('hex').slice(0, 8);
    this.key = { id, name, publicKey: raw };
  }

  sign(metaConf: Uint8Array): Buffer {
    return sign(null, metaConf, this.#private);
  }
}

/** The meta.conf of resources, with metadata that can be changed. */
export function metaConfOf(
  resources: Readonly<Record<string, Uint8Array>>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const said = { product: 'made', version: '1.0.0', platform: 'rpi4', architecture: 'arm', ...metadata };
  const head = Object.entries(said).map(([name, value]) => `meta-${name}=${JSON.stringify(value)}\n`);
  const blocks = Object.entries(resources).map(([name, data]) => {
    const hash = Buffer.from(blake2b(data, { dkLen: 32 })).toString('hex');
    return `file-resource ${JSON.stringify(name)} {\nlength=${data.length}\nblake2b-256=${hash}\n}\n`;
  });
  return Buffer.from([...head, ...blocks].join(''));
}

/** The parts of a good file, for tests to spoil. */
export function partsOf(
  signer: Signer,
  metaConf: Buffer,
  resources: Readonly<Record<string, Uint8Array>>,
): Part[] {
  return [
    { name: 'meta.conf.ed25519', data: signer.sign(metaConf), stored: true, descriptor: true },
    { name: 'meta.conf', data: metaConf, descriptor: true },
    ...Object.entries(resources).map(([name, data]) => ({ name: `data/${name}`, data, descriptor: true })),
  ];
}
