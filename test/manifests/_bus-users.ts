// Reads who may publish and hear what from the configuration of the NATS servers.
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface BusUser {
  readonly user: string;
  /** Name of the variable that holds the password. */
  readonly password: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly answers: boolean;
}

const file = path.resolve(import.meta.dirname, '../../k8s/components/nats/users.conf');

/** Every user of `users.conf`, which is written in one form: user, password, publish, subscribe. */
export function busUsers(): readonly BusUser[] {
  const text = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '');
  return text
    .split(/\buser: /)
    .slice(1)
    .map((part) => ({
      user: /^\S+/.exec(part)?.[0] ?? '',
      password: /password: \$(\w+)/.exec(part)?.[1] ?? '',
      publish: subjects(/publish: \{ allow: \[([^\]]*)\]/.exec(part)?.[1]),
      subscribe: subjects(/subscribe: \{ allow: \[([^\]]*)\]/.exec(part)?.[1]),
      answers: /allow_responses: true/.test(part),
    }));
}

function subjects(list: string | undefined): readonly string[] {
  if (list === undefined) throw new TypeError(`${file}: a user without a list`);
  return [...list.matchAll(/"([^"]+)"/g)].map(([, subject = '']) => subject);
}

/** Whether what `wide` allows holds every subject of `narrow`; `>` stands for one word or more. */
export function allows(wide: string, narrow: string): boolean {
  const [left, right] = [wide.split('.'), narrow.split('.')];
  for (const [at, word] of left.entries()) {
    if (word === '>') return right.length > at;
    if (at >= right.length || (word !== '*' && word !== right[at])) return false;
  }
  return left.length === right.length;
}
