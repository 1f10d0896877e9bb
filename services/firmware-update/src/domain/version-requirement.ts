// Version requirements as Elixir's `Version.match?` reads them (nerveshub.md 5.2): which versions a group is for.
import { compareVersions, parseShape, parseVersion, type Version } from './version.js';

/** Whether a version satisfies a requirement. */
export type VersionTest = (version: Version) => boolean;

const OPERATORS = ['==', '!=', '>=', '<=', '~>', '>', '<', '!'] as const;
type Operator = (typeof OPERATORS)[number];

/** Longest requirement in characters. */
export const MAX_REQUIREMENT = 255;

const TOKEN = /\s*(==|!=|>=|<=|~>|>|<|!|[^\s=!<>~]+)/y;

/**
 * Undefined for what is no requirement. `and` binds tighter than `or`; a version without an operator means `==`, and `!`
 * means `!=`. The empty text, which Elixir refuses, is for its users to take as "any" before they ask.
 */
export function parseRequirement(text: string): VersionTest | undefined {
  const tokens = text.length <= MAX_REQUIREMENT ? tokenize(text) : undefined;
  if (tokens === undefined || tokens.length === 0) return undefined;
  const alternatives: VersionTest[] = [];
  for (const group of splitAt(tokens, 'or')) {
    const conditions = splitAt(group, 'and').map(condition);
    const all = conditions.filter((each) => each !== undefined);
    if (all.length < conditions.length) return undefined;
    alternatives.push((version) => all.every((each) => each(version)));
  }
  return (version) => alternatives.some((each) => each(version));
}

/** Whether a device of that version is meant. A version that is none is never meant, except by the empty requirement. */
export function satisfies(version: string, requirement: string): boolean {
  if (requirement === '') return true;
  const [test, parsed] = [parseRequirement(requirement), parseVersion(version)];
  return test !== undefined && parsed !== undefined && test(parsed);
}

function tokenize(text: string): string[] | undefined {
  const tokens: string[] = [];
  const trimmed = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const token = TOKEN.exec(trimmed)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

function splitAt(tokens: readonly string[], word: string): string[][] {
  const parts: string[][] = [[]];
  for (const token of tokens) {
    if (token === word) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function condition(tokens: readonly string[]): VersionTest | undefined {
  const [first, second] = tokens;
  if (first === undefined || tokens.length > 2) return undefined;
  if (second === undefined) return isOperator(first) ? undefined : compare('==', first);
  return isOperator(first) ? compare(first, second) : undefined;
}

function isOperator(token: string): token is Operator {
  return (OPERATORS as readonly string[]).includes(token);
}

function compare(operator: Operator, text: string): VersionTest | undefined {
  if (operator === '~>') return pessimistic(text);
  const bound = parseVersion(text);
  if (bound === undefined) return undefined;
  const test: Record<Exclude<Operator, '~>'>, (order: number) => boolean> = {
    '==': (order) => order === 0,
    '!=': (order) => order !== 0,
    '!': (order) => order !== 0,
    '>': (order) => order > 0,
    '>=': (order) => order >= 0,
    '<': (order) => order < 0,
    '<=': (order) => order <= 0,
  };
  return (version) => test[operator](compareVersions(version, bound));
}

/** `~> 1.2.3` is from 1.2.3 within 1.2; `~> 1.2` is from 1.2.0 within 1: a pre-release of the next is outside. */
function pessimistic(text: string): VersionTest | undefined {
  const shape = parseShape(text);
  if (shape === undefined) return undefined;
  const { major, minor, patch } = shape;
  const from: Version = { ...shape, patch: patch ?? 0 };
  return (version) =>
    compareVersions(version, from) >= 0 &&
    version.major === major &&
    (patch === undefined || version.minor === minor);
}
