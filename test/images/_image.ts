// An image that was built, laid open: its configuration, and its files in a folder of this machine.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { buildah } from './_engine.js';

/** What the OCI calls the configuration of an image. */
export interface ImageConfig {
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly StopSignal?: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface Image {
  readonly config: ImageConfig;
  /** Everything that whoever has the image can read of how it was made. */
  readonly description: string;
  /** Where its files are: a copy of its own, which whoever starts it may not change. */
  readonly root: string;
  remove(): Promise<void>;
}

/** Lays open what `build` named. To be removed in the end. */
export async function open(name: string): Promise<Image> {
  const description = await buildah('inspect', '--type', 'image', name);
  const { OCIv1 } = JSON.parse(description) as { OCIv1: { config: ImageConfig } };
  const container = (await buildah('from', '--pull-never', name)).trim();
  const root = (await buildah('mount', container)).trim();
  const remove = async (): Promise<void> => void (await buildah('rm', container));
  return { config: OCIv1.config, description, root, remove };
}

/** Paths of all files below `folder`, relative to it; links are files. `skip` names folders that are not entered. */
export function filesBelow(folder: string, skip: readonly string[] = []): readonly string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const entry of readdirSync(path.join(folder, at), { withFileTypes: true })) {
      const file = path.join(at, entry.name);
      if (!entry.isDirectory()) found.push(file);
      else if (!skip.includes(entry.name)) walk(file);
    }
  };
  walk('');
  return found.sort();
}
