// Signed firmware files as fwup makes them, of any size: each is made while it is read and never there as a whole.
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { blake2b } from '@noble/hashes/blake2.js';

/** Bytes of one block of a file's resource. */
export const FIRMWARE_BLOCK_BYTES = 64 * 1024;

const BLOCK = Buffer.alloc(FIRMWARE_BLOCK_BYTES);
for (const [index] of BLOCK.entries()) BLOCK[index] = (index * 7 + (index >> 8)) & 0xff;

/** A pair of keys that signs firmware. */
export class FirmwareSigner {
  /** As fwup writes it to a .pub file. */
  readonly publicKey: string;
  readonly #private: KeyObject;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#private = privateKey;
    this.publicKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  }

  sign(metaConf: Uint8Array): Buffer {
    return sign(null, metaConf, this.#private);
  }
}

export interface FirmwareFileOptions {
  readonly signer: FirmwareSigner;
  /** 64 KiB each; all of the one resource. */
  readonly blocks: number;
  /** Of meta.conf, without `meta-`; what is left out is made up. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One entry of the archive, stored. */
interface Entry {
  readonly name: string;
  readonly crc: number;
  readonly bytes: number;
  data(): Iterable<Buffer>;
}

/** A file with one resource, `data/rootfs.img`. */
export class FirmwareFile {
  readonly bytes: number;
  readonly #entries: readonly Entry[];

  constructor({ signer, blocks, metadata = {} }: FirmwareFileOptions) {
    const bytes = blocks * BLOCK.length;
    let crc = 0;
    const hash = blake2b.create({ dkLen: 32 });
    for (let index = 0; index < blocks; index++) {
      crc = crc32(BLOCK, crc);
      hash.update(BLOCK);
    }
    const said = { product: 'made', version: '1.0.0', platform: 'rpi4', architecture: 'arm', ...metadata };
    const head = Object.entries(said).map(([name, value]) => `meta-${name}=${JSON.stringify(value)}\n`);
    const blake = Buffer.from(hash.digest()).toString('hex');
    const conf = Buffer.from(
      `${head.join('')}file-resource "rootfs.img" {\nlength=${bytes}\nblake2b-256=${blake}\n}\n`,
    );
    const resource: Entry = {
      ...{ name: 'data/rootfs.img', crc, bytes },
      *data() {
        for (let index = 0; index < blocks; index++) yield BLOCK;
      },
    };
    this.#entries = [small('meta.conf.ed25519', signer.sign(conf)), small('meta.conf', conf), resource];
    this.bytes = this.#entries.reduce((sum, entry) => sum + 76 + 2 * entry.name.length + entry.bytes, 22);
  }

  /** Its content, from the beginning. */
  *content(): Generator<Buffer> {
    const directory: Buffer[] = [];
    let at = 0;
    for (const { name, crc, bytes, data } of this.#entries) {
      const about = numbers(
        [2, 0],
        [2, 0],
        [4, 0x210000],
        [4, crc],
        [4, bytes],
        [4, bytes],
        [2, name.length],
      );
      const local = Buffer.concat([
        numbers([4, 0x04034b50], [2, 20]),
        about,
        numbers([2, 0]),
        Buffer.from(name),
      ]);
      yield local;
      yield* data();
      const rest = numbers([2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, at]);
      directory.push(numbers([4, 0x02014b50], [2, 20], [2, 20]), about, rest, Buffer.from(name));
      at += local.length + bytes;
    }
    const listed = Buffer.concat(directory);
    yield listed;
    const count = this.#entries.length;
    yield numbers(
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, count],
      [2, count],
      [4, listed.length],
      [4, at],
      [2, 0],
    );
  }

  /** Lower-case hex. */
  get sha256(): string {
    const hash = createHash('sha256');
    for (const chunk of this.content()) hash.update(chunk);
    return hash.digest('hex');
  }
}

function small(name: string, bytes: Buffer): Entry {
  return { name, crc: crc32(bytes), bytes: bytes.length, data: () => [bytes] };
}

/** Little-endian numbers, each with its width in bytes. */
function numbers(...given: readonly (readonly [number, number])[]): Buffer {
  return Buffer.concat(
    given.map(([width, value]) => {
      const bytes = Buffer.alloc(width);
      bytes.writeUIntLE(value, 0, width);
      return bytes;
    }),
  );
}
