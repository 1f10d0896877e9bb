// Decides the unit of a metric: its name carries it as the last word.
const units: Readonly<Record<string, string>> = {
  w: 'W',
  wh: 'Wh',
  v: 'V',
  a: 'A',
  hz: 'Hz',
  s: 's',
  ms: 'ms',
  dbm: 'dBm',
  bytes: 'B',
  percent: '%',
  celsius: '°C',
};

/** The unit of a metric, empty for one without. */
export function unitOf(metric: string): string {
  const word = metric.slice(metric.lastIndexOf('_') + 1);
  return Object.hasOwn(units, word) ? (units[word] ?? '') : '';
}
