// Says in words what the schema of one variable allows, and catches what type conversion would let slip through.

/** The parts of a JSON Schema that a configuration variable may use. */
export interface VariableSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  /** Never printed. */
  readonly secret?: boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly VariableSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string | RegExp;
  readonly format?: string;
}

/** For people: `an integer from 1 to 10`, `one of a, b`. */
export function kindOf(variable: VariableSchema): string {
  if (variable.enum !== undefined) return `one of ${variable.enum.join(', ')}`;
  if (variable.const !== undefined) return String(variable.const);
  if (variable.anyOf !== undefined) return `one of ${variable.anyOf.map(kindOf).join(', ')}`;
  switch (variable.type) {
    case 'integer':
      return `an integer${range(variable.minimum, variable.maximum)}`;
    case 'number':
      return `a number${range(variable.minimum, variable.maximum)}`;
    case 'boolean':
      return 'true or false';
    default:
      return `a text${textBounds(variable)}`;
  }
}

function range(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` of at least ${least}`;
  return most === undefined ? '' : ` of at most ${most}`;
}

function textBounds({ minLength, maxLength, pattern, format }: VariableSchema): string {
  const bounds: string[] = [];
  if (minLength !== undefined && minLength > 1) bounds.push(` of at least ${minLength} characters`);
  if (maxLength !== undefined) bounds.push(` of at most ${maxLength} characters`);
  if (pattern !== undefined) bounds.push(` like ${pattern instanceof RegExp ? pattern.source : pattern}`);
  if (format !== undefined) bounds.push(` in the format ${format}`);
  return bounds.join(' and');
}

/** Whether a numeric variable's text is no such number. Type conversion alone would make 9 of `9.7` and 1 of `true`. */
export function malformedNumber(variable: VariableSchema, text: string | undefined): boolean {
  if (text === undefined) return false;
  if (variable.type === 'integer') return !/^\s*[+-]?\d+\s*$/.test(text);
  if (variable.type === 'number') return text.trim() === '' || !Number.isFinite(Number(text));
  return false;
}
