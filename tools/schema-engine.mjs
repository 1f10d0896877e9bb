#!/usr/bin/env node
// Stands in for Prisma's native schema engine, which is a download: speaks its protocol (JSON-RPC on stdin and stdout)
// over the WASM build of the same engine from npm. For `prisma migrate …` on a developer's machine and the drift test.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { administer, schemaFactory } from './schema-engine-postgres.mjs';

const ERROR_CODE = 4466;

const glueFile = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
const folder = path.dirname(glueFile);
const { datamodels, datasource, words } = parse(process.argv.slice(2));

if (words.includes('--version')) {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  console.log(`schema-engine-cli ${version.split('.').pop()}`);
} else if (words[0] === 'cli') {
  await administer(datasource.url, words[1]).catch(refuse);
} else {
  await serve();
}

function parse(args) {
  const parsed = { datamodels: [], datasource: undefined, words: [] };
  for (let at = 0; at < args.length; at++) {
    const word = args[at];
    if (word === '--datamodels') parsed.datamodels.push(args[++at]);
    else if (word === '--datasource') parsed.datasource = JSON.parse(args[++at]);
    else if (word.startsWith('--') && word !== '--version') at++;
    else parsed.words.push(word);
  }
  return parsed;
}

function refuse(error) {
  const error_code = { '3D000': 'P1003', ECONNREFUSED: 'P1001' }[error.code] ?? 'P1010';
  const fields = { error_code, message: String(error.message || error.code) };
  const line = { level: 'ERROR', target: 'schema_engine::logger', fields };
  process.stderr.write(`\n${JSON.stringify(line)}\n`);
  process.exitCode = 1;
}

async function serve() {
  const factory = bindMigrationAwareSqlAdapterFactory(schemaFactory(datasource?.url));
  const engine = await load(factory);
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.method) await answer(engine, factory, request);
  }
  // The engine's pool of connections would hold the process.
  process.exit(0);
}

async function load(factory) {
  const glue = await import(pathToFileURL(glueFile).href);
  const bytes = readFileSync(path.join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  // The engine's panic hook looks for it.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    message: '',
    get() {
      return this.message;
    },
    set_message(text) {
      this.message = `RuntimeError: ${text}`;
    },
  };
  const models = datamodels.map((file) => [file, readFileSync(file, 'utf8')]);
  const log = (line) => process.stderr.write(`${line}\n`);
  return glue.SchemaEngine.new({ datamodels: models.length > 0 ? models : undefined }, log, factory);
}

async function answer(engine, factory, { id, method, params }) {
  try {
    const name = method === 'getDatabaseVersion' ? 'version' : method;
    if (typeof engine[name] !== 'function') throw new Error(`unknown method ${method}`);
    const result = (await engine[name](params)) ?? null;
    // The native engine has its caller print a difference and answers only the exit code.
    if (name === 'diff' && result.stdout)
      say({ id: `print-${id}`, method: 'print', params: { content: result.stdout } });
    say({ id, result: name === 'diff' ? { exitCode: result.exitCode, stdout: null } : result });
  } catch (error) {
    const driver = String(factory.errorRegistry?.consumeError?.(0)?.error ?? '');
    const data = {
      is_panic: error?.name === 'RuntimeError',
      message: error?.message ?? String(error),
      error_code: error?.code,
      meta: error?.meta ?? { full_error: String(error?.stack ?? error), driver },
    };
    say({
      id,
      error: { code: ERROR_CODE, message: 'An error happened. Check the data field for details.', data },
    });
  }
}

function say(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
