// What a container sees in its file system besides its image: volumes of its pod, and the files that every container has.
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { at, type Resource } from '../../manifests/_tree.js';
import { understood } from './images.js';
import { DOMAIN } from './names.js';

/** A folder of this machine, or memory of so many bytes. */
export type Volume = { readonly from: string; readonly writable: boolean } | { readonly size: string };

/** The volumes of a pod by name; what is in ConfigMaps, and what stays, goes below `scratch`. */
export function volumesOf(
  spec: IPodSpec,
  claims: readonly string[],
  resources: readonly Resource[],
  scratch: string,
): ReadonlyMap<string, Volume> {
  const volumes = new Map<string, Volume>();
  for (const { name, emptyDir, configMap, ...rest } of spec.volumes ?? []) {
    if (Object.keys(rest).length > 0)
      throw new TypeError(`no such volume can be made here: ${Object.keys(rest)}`);
    if (emptyDir) volumes.set(name, { size: String(emptyDir.sizeLimit).replace(/i$/, '') });
    if (configMap) {
      const map = resources.find((one) => one.kind === 'ConfigMap' && one.metadata.name === configMap.name);
      const from = folder(scratch, name);
      for (const [file, text] of Object.entries((at(map, 'data') ?? {}) as Record<string, string>)) {
        writeFileSync(path.join(from, file), understood(file, text));
      }
      volumes.set(name, { from, writable: false });
    }
  }
  for (const name of claims) {
    const from = folder(scratch, name);
    const owner = spec.securityContext?.fsGroup ?? 0;
    chownSync(from, owner, owner);
    volumes.set(name, { from, writable: true });
  }
  return volumes;
}

/** The list of mounts of a container, as container.sh takes it. */
export function mountsOf(
  container: IContainer,
  volumes: ReadonlyMap<string, Volume>,
  files: ReadonlyMap<string, string>,
): string {
  const lines = [...files].map(([to, from]) => `bind ${to} ${from} ro`);
  for (const { name, mountPath, subPath, ...rest } of container.volumeMounts ?? []) {
    const volume = volumes.get(name);
    if (
      volume === undefined ||
      subPath !== undefined ||
      Object.keys(rest).some((key) => key !== 'readOnly')
    ) {
      throw new TypeError(`${container.name} mounts ${name} in a way that is not known here`);
    }
    const writable = 'from' in volume && volume.writable ? 'rw' : 'ro';
    lines.push(
      'size' in volume ? `tmpfs ${mountPath} ${volume.size}` : `bind ${mountPath} ${volume.from} ${writable}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** `/etc` of a container: whom to ask for names, who its user is, and what the libraries of this machine read there. */
export function etcFiles(scratch: string, nameServer: string, uid: number): ReadonlyMap<string, string> {
  const etc = folder(scratch, 'etc');
  const domains = [DOMAIN, ...[1, 2].map((drop) => DOMAIN.split('.').slice(drop).join('.'))].join(' ');
  const texts = {
    'resolv.conf': `nameserver ${nameServer}\nsearch ${domains}\noptions ndots:5\n`,
    hosts: '127.0.0.1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
    passwd: `root:x:0:0::/:/bin/sh\nuser:x:${uid}:${uid}::/:/bin/sh\n`,
    group: `root:x:0:\nuser:x:${uid}:\n`,
  };
  const own = Object.entries(texts).map(([file, text]) => {
    writeFileSync(path.join(etc, file), text);
    return [`/etc/${file}`, path.join(etc, file)] as const;
  });
  const shared = ['ssl', 'fonts', 'alternatives', 'ld.so.cache'].map((name) => `/etc/${name}`);
  return new Map([...own, ...shared.filter((file) => existsSync(file)).map((file) => [file, file] as const)]);
}

function folder(...parts: readonly string[]): string {
  const made = path.join(...parts);
  mkdirSync(made, { recursive: true, mode: 0o755 });
  return made;
}
