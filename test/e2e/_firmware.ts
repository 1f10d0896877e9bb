// Firmware as its makers handle it: keys trusted, files uploaded through the API no faster than they are taken.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { FirmwareFile, FirmwareSigner } from '@mooring/harness';
import type { TestStack } from './_stack.js';

/** What the tests look at of a firmware. */
export interface FirmwareView {
  readonly uuid: string;
  readonly version: string;
  readonly size: number;
  readonly sha256: string;
}

/** Has the owner's organization trust the key. */
export async function trust({ api }: TestStack, signer: FirmwareSigner): Promise<void> {
  const { status } = await api.call('POST', '/v1/firmware-keys', {
    name: 'e2e',
    public_key: signer.publicKey,
  });
  if (status !== 201) throw new Error(`POST /v1/firmware-keys: ${status}`);
}

/** Uploads with back-pressure: `fetch` would take in all that a generator yields. */
export async function upload({ file: stack }: TestStack, file: FirmwareFile): Promise<FirmwareView> {
  const sending = request(`${stack.api}/v1/firmware`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${stack.owner.token}`,
      'content-type': 'application/octet-stream',
      'content-length': file.bytes,
    },
  });
  const answered = once(sending, 'response');
  await pipeline(Readable.from(file.content(), { objectMode: false }), sending);
  const [response] = (await answered) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 201) throw new Error(`POST /v1/firmware: ${response.statusCode} ${body}`);
  return JSON.parse(body);
}
