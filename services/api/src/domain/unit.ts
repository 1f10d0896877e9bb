// Decides the unit of a metric: its name carries it as the last word. The same as telemetry answers.
const units: Readonly<Record<string, string>> = { w: 'W', wh: 'Wh', dbm: 'dBm', s: 's', percent: '%' };

/** The unit of a metric, empty for one without. */
export function unitOf(metric: string): string {
  const word = metric.slice(metric.lastIndexOf('_') + 1);
  return Object.hasOwn(units, word) ? (units[word] ?? '') : '';
}
