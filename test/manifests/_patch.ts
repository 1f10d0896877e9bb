// Applies the operations of a JSON Patch (RFC 6902) that the manifests use: add, replace, remove.
import { isObject } from './_tree.js';

/** Throws when an operation does not fit what it is applied to. */
export function patched(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new TypeError('a patch is a list of operations');
  return operations.reduce((value: unknown, operation: unknown) => {
    if (!isObject(operation)) throw new TypeError('an operation is an object');
    const { op, path, value: given, ...rest } = operation;
    if (Object.keys(rest).length > 0) throw new TypeError(`unknown in a patch: ${Object.keys(rest)}`);
    if (typeof path !== 'string' || !path.startsWith('/')) throw new TypeError(`no path: ${String(path)}`);
    const steps = path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return changed(value, steps, String(op), given);
  }, target);
}

function changed(here: unknown, steps: readonly string[], op: string, value: unknown): unknown {
  const [step = '', ...rest] = steps;
  if (Array.isArray(here)) {
    const index = step === '-' ? here.length : Number(step);
    if (rest.length > 0) {
      if (!(index in here)) throw new TypeError(`nothing at ${step}`);
      return here.with(index, changed(here[index], rest, op, value));
    }
    if (op === 'add') return here.toSpliced(index, 0, value);
    if (!(index in here)) throw new TypeError(`nothing at ${step}`);
    return op === 'remove' ? here.toSpliced(index, 1) : here.with(index, known(op, value));
  }
  if (!isObject(here)) throw new TypeError(`nothing holds ${step}`);
  if (rest.length > 0) {
    if (!(step in here)) throw new TypeError(`nothing at ${step}`);
    return { ...here, [step]: changed(here[step], rest, op, value) };
  }
  if (op === 'add') return { ...here, [step]: value };
  if (!(step in here)) throw new TypeError(`nothing at ${step}`);
  if (op === 'remove') return Object.fromEntries(Object.entries(here).filter(([key]) => key !== step));
  return { ...here, [step]: known(op, value) };
}

function known(op: string, value: unknown): unknown {
  if (op !== 'replace') throw new TypeError(`unknown operation ${op}`);
  return value;
}
