// Tools must be able to ask a server what it serves.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { credentials, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { expect, it } from 'vitest';
import { grpcServer } from '../src/index.js';
import { run } from './_bus.js';

const reflectionProto = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@grpc/reflection')),
  '../proto/grpc/reflection/v1/reflection.proto',
);

/** A FileDescriptorSet (descriptor.proto: repeated FileDescriptorProto file = 1), as `buf build -o` writes. */
function descriptorSet(proto: string): Uint8Array {
  const writer = new BinaryWriter();
  const [type] = Object.values(loadSync(proto)).filter((entry) => 'fileDescriptorProtos' in entry);
  if (type === undefined || !('fileDescriptorProtos' in type)) throw new Error(`${proto} has no message`);
  for (const file of type.fileDescriptorProtos as Buffer[]) writer.uint32(10).bytes(file);
  return writer.finish();
}

it('lists the services of its descriptor', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mooring-reflection-'));
  const file = path.join(folder, 'api.binpb');
  writeFileSync(file, descriptorSet(protoPath));
  const server = grpcServer({ host: '127.0.0.1', port: 0, services: [], descriptor: pathToFileURL(file) });
  const running = run(server);
  await running.ready;

  const { v1 } = (loadPackageDefinition(loadSync(reflectionProto, { keepCase: true })) as never as Loaded)
    .grpc.reflection;
  const client = new v1.ServerReflection(`127.0.0.1:${await server.port}`, credentials.createInsecure());
  const stream = client['ServerReflectionInfo']?.();
  const answer = await new Promise<Listing>((resolve, reject) => {
    stream.on('data', resolve);
    stream.on('error', reject);
    stream.write({ list_services: '' });
  });
  stream.end();
  client.close();
  await running.stop();
  rmSync(folder, { recursive: true });
  expect(answer.list_services_response.service.map(({ name }) => name)).toContain('grpc.health.v1.Health');
});

interface Loaded {
  readonly grpc: {
    readonly reflection: { readonly v1: { readonly ServerReflection: ServiceClientConstructor } };
  };
}

interface Listing {
  readonly list_services_response: { readonly service: readonly { readonly name: string }[] };
}
