// Decides which tariffs an organization may have: a currency, a price, and bands of the week with prices of their own.
import type { Problems } from './fields.js';
import type { Json, JsonObject } from './json.js';
import { parseObject } from './json.js';

const MAX_BYTES = 16 * 1024;
const MAX_BANDS = 32;
const MAX_PRICE = 1_000_000;
/** Energy is known by quarter hours. */
const TIME = /^(?:[01]\d|2[0-3]):(?:00|15|30|45)$/;

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/**
 * A tariff from its JSON: `currency` (ISO 4217), `price_per_kwh`, and `bands`, of which each has `from` and `to` on quarter
 * hours (the same: all day; `to` before `from`: across midnight), `price_per_kwh`, and may have a `name` and the `days`
 * (1 Monday to 7 Sunday) on which it begins. Undefined for an empty text, which takes the tariff away.
 */
export function checkTariff(problems: Problems, text: string): JsonObject | undefined {
  if (text === '') return undefined;
  const tariff = parseObject(text, MAX_BYTES);
  if (tariff === undefined) {
    problems.add('tariff', 'must be a JSON object of at most 16 KiB');
    return undefined;
  }
  const { currency, price_per_kwh: price, bands = [] } = tariff;
  if (typeof currency !== 'string' || !currencies.has(currency)) {
    problems.add('tariff.currency', 'must be a currency of ISO 4217, such as EUR');
  }
  checkPrice(problems, 'tariff.price_per_kwh', price);
  if (!Array.isArray(bands) || bands.length > MAX_BANDS) {
    problems.add('tariff.bands', `must be a list of at most ${MAX_BANDS} bands`);
    return tariff;
  }
  for (const [index, band] of bands.entries()) checkBand(problems, `tariff.bands.${index}`, band);
  return tariff;
}

function checkBand(problems: Problems, field: string, band: Json): void {
  if (typeof band !== 'object' || band === null || Array.isArray(band)) {
    problems.add(field, 'must be a band');
    return;
  }
  const { name, days, from, to, price_per_kwh: price } = band as JsonObject;
  if (name !== undefined) {
    if (typeof name === 'string') problems.name(`${field}.name`, name);
    else problems.add(`${field}.name`, 'must be a text');
  }
  if (days !== undefined && !areDays(days))
    problems.add(`${field}.days`, 'must be days from 1 to 7, each once');
  for (const [edge, time] of Object.entries({ from, to })) {
    if (typeof time !== 'string' || !TIME.test(time)) {
      problems.add(`${field}.${edge}`, 'must be a quarter hour as HH:MM');
    }
  }
  checkPrice(problems, `${field}.price_per_kwh`, price);
}

function checkPrice(problems: Problems, field: string, price: Json | undefined): void {
  if (typeof price === 'number' && price >= 0 && price <= MAX_PRICE) return;
  problems.add(field, `must be a number from 0 to ${MAX_PRICE}`);
}

function areDays(days: Json): boolean {
  if (!Array.isArray(days) || days.length === 0 || new Set(days).size !== days.length) return false;
  return days.every((day) => typeof day === 'number' && Number.isInteger(day) && day >= 1 && day <= 7);
}
