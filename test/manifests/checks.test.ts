// No check of kube-linter, kube-score or polaris finds anything, but for what an annotation excepts with a reason; and nothing
// is written that the API server, an admission plugin, the kubelet or an operator would refuse.
import { describe, expect, it } from 'vitest';
import { checks, exceptions, findings } from './_checks.js';
import { patched } from './_patch.js';
import { overlays, render } from './_render.js';
import { spoilt } from './_spoilt.js';
import { spoiltObjects } from './_spoilt-objects.js';
import { spoiltPods } from './_spoilt-pods.js';
import { type Resource, titleOf } from './_tree.js';

describe.each([...overlays])('%s', (_, folder) => {
  const resources = render(folder);

  it('is found nothing wrong with', () => {
    expect(findings(resources)).toEqual([]);
  });

  it('gives a reason for each exception', () => {
    const silent = resources.filter(
      (one) => exceptions(one).length > 0 && !one.metadata.annotations?.['mooring/exception-reason'],
    );
    expect(silent.map(titleOf)).toEqual([]);
  });

  it('excepts nothing that would pass, and nothing that no check is called', () => {
    const idle = resources.flatMap((resource) =>
      exceptions(resource)
        .filter((name) => {
          const called = checks.filter(({ names }) => names.includes(name));
          return !called.some(({ find }) => find(resource, resources).length > 0);
        })
        .map((name) => `${titleOf(resource)}: ${name}`),
    );
    expect(idle).toEqual([]);
  });
});

describe('each check', () => {
  const tales = [...spoilt, ...spoiltPods, ...spoiltObjects];
  const resources = render(overlays.get('production') ?? '');

  const without = (one: Resource): string => titleOf(one).replace(/^(ConfigMap\/.*)-[a-z0-9]{10}$/, '$1');

  it.each(tales)('%s sees what is wrong with %s', (name, title, operations) => {
    expect(resources.map(without)).toContain(title);
    const changed = resources.map((one) =>
      without(one) === title ? (patched(one, operations) as Resource) : one,
    );
    expect(findings(changed).filter((finding) => finding.startsWith(`${name} `))).not.toEqual([]);
  });

  it('is tried', () => {
    const tried = new Set(tales.map(([name]) => name));
    const untried = checks.filter(({ names }) => !names.some((name) => tried.has(name)));
    expect(untried.map(({ names }) => names)).toEqual([]);
  });
});
