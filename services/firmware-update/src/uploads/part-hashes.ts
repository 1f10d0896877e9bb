// Hashes what passes by, a mebibyte at a time.
import { createHash } from 'node:crypto';

/** Bytes of a part; the last one may be shorter. */
export const PART_BYTES = 1024 ** 2;

export class PartHashes {
  readonly #done: Buffer[] = [];
  #part = createHash('sha256');
  #partBytes = 0;

  update(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + PART_BYTES - this.#partBytes);
      this.#part.update(piece);
      this.#partBytes += piece.length;
      at += piece.length;
      if (this.#partBytes === PART_BYTES) this.#cut();
    }
  }

  /** The SHA-256 of every part, one after the other. Called once, at the end. */
  finish(): Buffer {
    if (this.#partBytes > 0) this.#cut();
    return Buffer.concat(this.#done);
  }

  #cut(): void {
    this.#done.push(this.#part.digest());
    this.#part = createHash('sha256');
    this.#partBytes = 0;
  }
}
