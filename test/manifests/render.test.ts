// The tests' own renderer says the same as kubectl, where there is one, and refuses what it does not understand.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { overlays, render } from './_render.js';
import { type Resource, titleOf } from './_tree.js';

const byTitle = (resources: readonly Resource[]): readonly (readonly [string, Resource])[] =>
  resources.map((resource) => [titleOf(resource), resource] as const).sort(([a], [b]) => (a < b ? -1 : 1));

const kubectl = spawnSync('kubectl', ['kustomize', '--help']).status === 0;

describe('the renderer', () => {
  it('finds overlays', () => {
    expect([...overlays.keys()].sort()).toEqual(['local', 'production']);
  });

  it.skipIf(!kubectl).each([...overlays])(
    'makes of %s what kubectl kustomize makes of it (skipped without kubectl)',
    (_, folder) => {
      const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const expected = parseAllDocuments(stdout).map((document) => document.toJS() as Resource);
      expect(byTitle(render(folder))).toEqual(byTitle(expected));
    },
  );

  it.each([...overlays])('finds no object of %s twice', (_, folder) => {
    const titles = render(folder).map(titleOf);
    expect(titles).toEqual([...new Set(titles)]);
  });
});

describe('what the renderer refuses', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mooring-manifests-'));
    mkdirSync(path.join(folder, 'base'));
    writeFileSync(path.join(folder, 'base/kustomization.yaml'), 'resources: [one.yaml]\n');
    writeFileSync(
      path.join(folder, 'base/one.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: {name: one}\n',
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['a field that it does not know', 'resources: [base]\nnamePrefix: x-\n', /namePrefix/],
    [
      'a patch without anything to patch',
      'resources: [base]\npatches:\n- {target: {kind: Pod}, patch: "[]"}\n',
      /nothing to patch/,
    ],
    [
      'a merge without anything to merge into',
      'configMapGenerator:\n- {name: x, behavior: merge, literals: [a=b]}\n',
      /not there/,
    ],
    [
      'a patch of what is not there',
      'resources: [base]\npatches:\n- {target: {kind: Service}, patch: "[{op: replace, path: /spec, value: 1}]"}\n',
      /nothing at spec/,
    ],
  ])('%s', (_, kustomization, message) => {
    writeFileSync(path.join(folder, 'kustomization.yaml'), kustomization);
    expect(() => render(folder)).toThrow(message);
  });
});
