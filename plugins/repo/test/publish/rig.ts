import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry, type Registry } from '@cos/registry';
import { onTestFinished } from 'vitest';
import { matchPackages } from '../../src/match-packages.ts';
import { folderPlace } from '../../src/publish/folder-place.ts';
import { imagePlace } from '../../src/publish/image-place.ts';
import type { Place } from '../../src/publish/place.ts';
import { readPins } from '../../src/publish/pins.ts';
import { publishRepository, type Publication, type PublishRequest } from '../../src/publish/publish-repository.ts';
import { samplePackage, temporaryFolder, writeFiles, type SamplePackage } from '../rig.ts';

const signal = new AbortController().signal;

export interface PublishOptions extends Partial<Omit<PublishRequest, 'place' | 'packages'>> {
  readonly logged?: string[];
  /** True: the archives of the packages are not given. */
  readonly metadataAlone?: boolean;
}

let seconds = 0;

/** Publishes to a place. Each publication is one second after the one before. */
export async function publishTo(place: Place, packages: readonly SamplePackage[], { logged = [], metadataAlone = false, ...options }: PublishOptions = {}): Promise<Publication> {
  const matched = matchPackages(metadataAlone ? [] : packages.map(({ archive }) => archive), packages.map(({ metadata }) => metadata), { fromMetadata: metadataAlone });
  if (matched.problems.length > 0) throw new Error(JSON.stringify(matched.problems));
  seconds += 1;
  return publishRepository({
    place,
    packages: matched.packages,
    trees: [],
    settings: { name: 'sample', description: 'A sample', type: place.type === 'images' ? 'docker' : 'disk', urls: [place.name], priority: undefined },
    archives: { treeName: 'tree.tar', metaName: 'repository.meta.yaml.tar', treeCompression: 'gzip', metaCompression: 'none' },
    snapshot: undefined,
    replace: [],
    retain: { versions: undefined, snapshots: undefined },
    pins: readPins([]),
    now: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)),
    mtime: 315_532_800,
    scratch: await temporaryFolder(),
    log: { info: (line) => logged.push(line), warn: (line) => logged.push(`warning: ${line}`) },
    signal,
    ...options,
  });
}

export function folder(path: string): Place {
  return folderPlace(path, signal);
}

export async function images(repository: string, registry: Registry = createRegistry()): Promise<Place> {
  onTestFinished(async () => registry.close());
  return imagePlace({ registry, repository, platform: { os: 'linux', architecture: 'amd64' }, scratch: await temporaryFolder(), signal });
}

/** Packages `category/name@version`, each with a file of its own text. */
export async function samples(...ids: readonly (string | { readonly id: string; readonly text?: string; readonly requires?: readonly string[] })[]): Promise<readonly SamplePackage[]> {
  const home = await temporaryFolder();
  return Promise.all(
    ids.map(async (given) => {
      const { id, text, requires = [] } = typeof given === 'string' ? { id: given } : given;
      const into = mkdtempSync(join(home, 'p-'));
      return samplePackage(into, { ...identity(id), requires: requires.map(identity) }, 'zstd', text ?? id, `usr/share/${identity(id).name}`);
    }),
  );
}

export function identity(id: string): { readonly category: string; readonly name: string; readonly version: string } {
  const [, category = '', name = '', version = '>=0'] = /^([^/]+)\/([^@]+)(?:@(.*))?$/.exec(id) ?? [];
  return { category, name, version };
}

export async function newTree(files: Readonly<Record<string, string>>): Promise<string> {
  return writeFiles(await temporaryFolder(), files);
}

export function list(path: string): readonly string[] {
  return readdirSync(path).sort();
}
