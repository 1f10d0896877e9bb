// The few shapes that most queries have.

const WINDOW = '[$__rate_interval]';

/** Events a second, by labels. */
export function rate(selector: string, by = ''): string {
  return `sum${by === '' ? '' : ` by (${by})`} (rate(${selector}${WINDOW}))`;
}

/** The value below which that share of what a histogram observed lies. */
export function quantile(share: number, metric: string, by = '', matchers = ''): string {
  const labels = by === '' ? 'le' : `le, ${by}`;
  const selector = `${metric}_bucket${matchers === '' ? '' : `{${matchers}}`}`;
  return `histogram_quantile(${share}, sum by (${labels}) (rate(${selector}${WINDOW})))`;
}

/** Median, 95th and 99th percentile, by their names. */
export function quantiles(metric: string, matchers = ''): Readonly<Record<string, string>> {
  return {
    median: quantile(0.5, metric, '', matchers),
    '95 %': quantile(0.95, metric, '', matchers),
    '99 %': quantile(0.99, metric, '', matchers),
  };
}
