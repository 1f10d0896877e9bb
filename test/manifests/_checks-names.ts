// What the API server refuses in names, labels and annotations, and kubectl in what it keeps of an object.
import type { Check } from './_check.js';
import { nameOf, workloads } from './_pods.js';
import { isLabel, isLabelValue, isQualified, isServiceName, isSubdomain } from './_syntax.js';
import { at, type Resource } from './_tree.js';

const SYNTAX: Readonly<Record<string, (name: string) => boolean>> = {
  Namespace: isLabel,
  Service: isServiceName,
  // Their names are values of labels of their pods; a StatefulSet appends a revision.
  Deployment: isLabel,
  Job: isLabel,
  StatefulSet: (name) => isLabel(name) && name.length <= 52,
};

/** `kubectl apply` keeps the object that it sent in an annotation; all of them together may be so long. */
const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

type Pairs = Readonly<Record<string, string>>;

const labelsOf = (resource: Resource): readonly (readonly [string, string])[] =>
  ['metadata.labels', 'spec.template.metadata.labels', 'spec.selector.matchLabels'].flatMap((path) =>
    Object.entries((at(resource, path) ?? {}) as Pairs),
  );

export const nameChecks: readonly Check[] = [
  {
    names: ['api-server/name'],
    find: ({ kind, metadata: { name } }) => ((SYNTAX[kind] ?? isSubdomain)(name) ? [] : [name]),
  },
  {
    names: ['api-server/label'],
    find: (resource) =>
      labelsOf(resource).flatMap(([key, value]) =>
        isQualified(key) && isLabelValue(value) ? [] : [`${key}: ${value}`],
      ),
  },
  {
    names: ['api-server/annotation'],
    find: ({ metadata }) => Object.keys(metadata.annotations ?? {}).filter((key) => !isQualified(key)),
  },
  {
    names: ['kubectl/last-applied-configuration'],
    find: (resource) => {
      const bytes = Buffer.byteLength(JSON.stringify(resource));
      return bytes < ANNOTATIONS_LIMIT_BYTES ? [] : [`${bytes} bytes`];
    },
  },
  {
    // The name of its pod is the name of an edge on the bus, and one word of a subject.
    names: ['mooring/name-of-pod'],
    find: (resource) =>
      workloads([resource]).flatMap((pod) => (resource.metadata.name.includes('.') ? [nameOf(pod)] : [])),
  },
];
