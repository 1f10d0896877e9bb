// Reads PromQL as Prometheus does, and says what metrics a query names and which labels it uses of them.
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A metric in a query, with the labels that its matchers name. */
export interface NamedMetric {
  readonly name: string;
  readonly labels: readonly string[];
}

export interface ParsedQuery {
  readonly metrics: readonly NamedMetric[];
  /** Labels of groupings (`by`, `without`, `on`, `ignoring`). */
  readonly grouped: readonly string[];
  /** Where the text is no PromQL; empty when it is. */
  readonly errors: readonly string[];
}

export function parsePromql(query: string): ParsedQuery {
  const metrics: NamedMetric[] = [];
  const grouped: string[] = [];
  const errors: string[] = [];
  const text = ({ from, to }: { from: number; to: number }): string => query.slice(from, to);
  parser.parse(query).iterate({
    enter: ({ type, node, from, to }) => {
      if (type.isError) errors.push(`at ${from}: ${query.slice(Math.max(0, from - 20), to + 20)}`);
      if (type.name === 'VectorSelector') metrics.push(selector(node, text));
      if (type.name === 'GroupingLabels') {
        for (const label of node.getChildren('LabelName')) grouped.push(text(label));
      }
    },
  });
  return { metrics, grouped, errors };
}

function selector(node: SyntaxNode, text: (node: SyntaxNode) => string): NamedMetric {
  const name = node.getChild('Identifier');
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const labels = matchers.map((matcher) => matcher.getChild('LabelName')).filter((label) => label !== null);
  return { name: name === null ? '' : text(name), labels: labels.map(text) };
}
