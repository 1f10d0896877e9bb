// Gathers everything that is wrong with a request, so that one answer names it all.
import { Fault, type FaultDetail } from '@mooring/runtime';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether the text holds a control character (C0, DEL or C1) or half a surrogate pair, which no store can hold. */
export function hasControl(text: string): boolean {
  return CONTROL.test(text) || LONE_SURROGATE.test(text);
}

/** Collects the problems of one request. */
export class Problems {
  readonly #details: FaultDetail[] = [];

  add(field: string, message: string): void {
    this.#details.push({ field, message });
  }

  /** A name that people give: at most 200 characters, none of them control characters. */
  name(field: string, value: string, options: { readonly required?: boolean } = {}): string {
    const name = value.trim();
    if (options.required && name === '') this.add(field, 'must not be empty');
    if (name.length > 200) this.add(field, 'must have at most 200 characters');
    if (hasControl(name)) this.add(field, 'must not hold control characters');
    return name;
  }

  /** Throws fault `invalid` with one detail per problem; returns when there is none. */
  check(): void {
    const [first] = this.#details;
    if (first === undefined) return;
    throw new Fault('invalid', `${first.field} ${first.message}`, { details: this.#details });
  }
}
