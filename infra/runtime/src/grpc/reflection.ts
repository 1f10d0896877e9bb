// Answers the server reflection protocol from a compiled descriptor, so that tools need no .proto files.
import { readFile } from 'node:fs/promises';
import type { Server } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

/** Adds reflection of the descriptor set in the file (what `buf build -o` writes). Throws when it cannot be read. */
export async function addReflection(server: Server, descriptor: URL): Promise<void> {
  const definition = loadFileDescriptorSetFromBuffer(await readFile(descriptor));
  new ReflectionService(definition).addToServer(server);
}
