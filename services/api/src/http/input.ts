// Reads what comes in: JSON bodies as they are, everything in the URL converted from text to what the schema says.
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import type { Server } from './server.js';

/** Parses JSON. A body that says it is JSON and is empty counts as none, as many clients send with DELETE. */
export function parseJson(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser(['application/json', 'text/plain']);
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    return parse(request, body.toString(), done);
  });
}

/** Checks requests against their schemas; answers are written as they are, their schemas are documentation. */
export function checkSchemas(server: Server): void {
  const compile: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
    const check = checkOf(schema);
    return (given: unknown) => {
      const value = httpPart === 'body' ? given : Value.Convert(schema, given);
      // The members that Fastify types otherwise are for its own messages, which nobody sees.
      return check.Check(value)
        ? { value }
        : { error: check.Errors(value) as FastifySchemaValidationError[] };
    };
  };
  server.setValidatorCompiler(compile);
  server.setSerializerCompiler(() => (data: unknown) => JSON.stringify(data));
}

type Check = Pick<ReturnType<typeof Compile>, 'Check' | 'Errors'>;
interface Discriminated {
  readonly anyOf: readonly (TSchema & {
    readonly properties: Readonly<Record<string, { const?: unknown }>>;
  })[];
  readonly discriminator: { readonly propertyName: string };
}

/** A union whose members a property tells apart is checked as the one that is meant, so that errors are about that one. */
function checkOf(schema: TSchema): Check {
  if (!('discriminator' in schema)) return Compile(schema);
  const { anyOf, discriminator } = schema as unknown as Discriminated;
  const name = discriminator.propertyName;
  const members = new Map(anyOf.map((member) => [member.properties[name]?.const, Compile(member)]));
  const memberOf = (value: unknown): Check | undefined =>
    typeof value === 'object' && value !== null
      ? members.get((value as Readonly<Record<string, unknown>>)[name])
      : undefined;
  const message = `must be one of ${[...members.keys()].join(', ')}`;
  return {
    Check: (value: unknown): value is unknown => memberOf(value)?.Check(value) ?? false,
    Errors: (value: unknown) =>
      memberOf(value)?.Errors(value) ?? [
        { keyword: 'discriminator', schemaPath: '#', instancePath: `/${name}`, params: {}, message },
      ],
  } as Check;
}
