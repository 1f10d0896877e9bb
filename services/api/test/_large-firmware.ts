// A firmware file of 60 MiB, signed, that is made while it is sent and never there as a whole.
import { createHash, generateKeyPairSync, type Hash, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BLOCK = Buffer.alloc(64 * 1024);
for (const [index] of BLOCK.entries()) BLOCK[index] = (index * 7 + (index >> 8)) & 0xff;

const BLOCKS = 960;
// Of 960 blocks, by `b2sum -l 256`: nothing in Node makes it.
const BLAKE2B = '8b5980d11dc3114c755b4295953e78b08e53ad29a1119f6ce26cb838374f5290';

/** One entry of the archive, stored. */
interface Entry {
  readonly name: string;
  readonly crc: number;
  readonly bytes: number;
  data(): Iterable<Buffer>;
}

/** A file of which one resource has 960 times 64 KiB; each with a key of its own. */
export class LargeFirmware {
  /** As fwup writes it. */
  readonly publicKey: string;
  readonly bytes: number;
  readonly #entries: readonly Entry[];

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.publicKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
    let crc = 0;
    for (let index = 0; index < BLOCKS; index++) crc = crc32(BLOCK, crc);
    const bytes = BLOCKS * BLOCK.length;
    const conf = Buffer.from(
      `meta-product=large\nmeta-version=1.0.0\nmeta-platform=x\nmeta-architecture=x\n` +
        `file-resource "large" {\nlength=${bytes}\nblake2b-256=${BLAKE2B}\n}\n`,
    );
    const signature = sign(null, conf, privateKey);
    const large: Entry = {
      ...{ name: 'data/large', crc, bytes },
      *data() {
        for (let index = 0; index < BLOCKS; index++) yield BLOCK;
      },
    };
    this.#entries = [small('meta.conf.ed25519', signature), small('meta.conf', conf), large];
    this.bytes = [...this.#entries].reduce(
      (sum, entry) => sum + 76 + 2 * entry.name.length + entry.bytes,
      22,
    );
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

  get sha256(): string {
    const hash: Hash = createHash('sha256');
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
