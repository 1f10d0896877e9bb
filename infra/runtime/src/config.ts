// Turns environment variables into typed values by one schema per service, and that schema into its documentation.
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { Value } from 'typebox/value';
import { Fault, type FaultDetail } from './fault.js';
import { sharedVariables } from './shared-config.js';
import { kindOf, malformedNumber, type VariableSchema } from './variable.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration of one service. */
export interface Config<T extends TProperties = TProperties> {
  /** Upper case; owns every variable that starts with it and an underscore. */
  readonly prefix: string;
  readonly schema: TObject<T>;
  /** The typed values; an empty variable counts as absent. Fault `invalid` names every problem at once. */
  load(env: Environment): Static<TObject<T>>;
  /** One Markdown table row per variable. */
  describe(): string;
  /** The values without what is secret: whole values of secret variables, credentials in other URLs. */
  redact(values: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/**
 * Declares the variables of a service. Each has a description; a secret one has `secret: true`. A name without the
 * service's prefix must be one of the shared ones; any other is a mistake of the programmer and throws a TypeError.
 */
export function defineConfig<T extends TProperties>(prefix: string, properties: T): Config<T> {
  const variables = new Map<string, VariableSchema>(Object.entries(properties));
  for (const [name, variable] of variables) {
    if (!name.startsWith(`${prefix}_`) && !sharedVariables.has(name)) {
      throw new TypeError(`${name} is neither a ${prefix}_ variable nor a shared one`);
    }
    if (!variable.description) throw new TypeError(`${name} has no description`);
  }
  const schema = Type.Object(properties);
  const required = new Set(Object.keys(properties).filter((name) => !Type.IsOptional(properties[name])));
  return {
    prefix,
    schema,
    load: (env) => load(prefix, schema, variables, env),
    describe: () => describe(variables, required),
    redact: (values) => redactValues(variables, values),
  };
}

function load<T extends TProperties>(
  prefix: string,
  schema: TObject<T>,
  variables: ReadonlyMap<string, VariableSchema>,
  env: Environment,
): Static<TObject<T>> {
  const given = new Map<string, string>();
  for (const [name, text] of Object.entries(env))
    if (text !== undefined && text !== '') given.set(name, text);

  const unknown = [...given.keys()].filter((name) => name.startsWith(`${prefix}_`) && !variables.has(name));
  const wrong = new Set<string>();
  for (const [name, variable] of variables) if (malformedNumber(variable, given.get(name))) wrong.add(name);

  // Parse alone would not apply the defaults.
  const cleaned = Value.Clean(schema, Object.fromEntries(given));
  const values = Value.Convert(schema, Value.Default(schema, cleaned));
  const missing = new Set<string>();
  for (const error of Value.Errors(schema, values)) {
    if (error.keyword === 'required') for (const name of error.params.requiredProperties) missing.add(name);
    else wrong.add(error.instancePath.split('/')[1] ?? '');
  }

  const problems: FaultDetail[] = [];
  for (const [name, variable] of variables) {
    if (missing.has(name)) problems.push({ field: name, message: `is required: ${kindOf(variable)}` });
    if (!wrong.has(name)) continue;
    const got = variable.secret ? 'which the given value is not' : `not ${JSON.stringify(given.get(name))}`;
    problems.push({ field: name, message: `must be ${kindOf(variable)}, ${got}` });
  }
  for (const name of unknown) problems.push({ field: name, message: 'is not a variable of this service' });
  if (problems.length === 0) return values as Static<TObject<T>>;
  const lines = problems.map((problem) => `  ${problem.field} ${problem.message}`);
  throw new Fault('invalid', `the configuration is wrong:\n${lines.join('\n')}`, { details: problems });
}

function describe(variables: ReadonlyMap<string, VariableSchema>, required: ReadonlySet<string>): string {
  const rows = [...variables].map(([name, variable]) => {
    const absent = required.has(name) ? 'required' : '–';
    const fallback = variable.default === undefined ? absent : `\`${String(variable.default)}\``;
    const sentence = variable.secret ? `${variable.description} Secret.` : variable.description;
    const cells = [`\`${name}\``, kindOf(variable), fallback, sentence ?? ''];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| variable | value | default | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function redactValues(
  variables: ReadonlyMap<string, VariableSchema>,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (variables.get(name)?.secret) return [name, '[redacted]'];
      return [name, typeof value === 'string' ? value.replace(/:\/\/[^/@\s,]*@/g, '://[redacted]@') : value];
    }),
  );
}
