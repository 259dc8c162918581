import { createHash } from 'node:crypto';
import { readTar, type ManifestEntry } from '@cos/archive';

// Is the folder that another builder copied into an image the folder that is built here? luet's tags cover the bytes of files only: not which are
// executable, not where links lead, not which folders are empty.

export interface ContextComparison {
  /** The build context as it would be sent to the engine. */
  readonly context: AsyncIterable<Uint8Array>;
  /** What the layer of the image has that `COPY . /luetbuild` made. */
  readonly layer: Iterable<ManifestEntry>;
  /** Names at the top that do not count: Dockerfiles name images, which every builder calls otherwise. */
  readonly except: readonly string[];
}

/** The first path that differs, undefined when nothing does. */
export async function compareContext({ context, layer, except }: ContextComparison): Promise<string | undefined> {
  const skipped = new Set(except);
  const expected = await describeContext(context, skipped);
  const found = describeLayer(layer, skipped);
  // An engine leaves the file out where it excludes itself.
  if (!found.has(IGNORE_FILE)) expected.delete(IGNORE_FILE);
  return [...expected.keys(), ...found.keys()].toSorted().find((path) => expected.get(path) !== found.get(path));
}

const IGNORE_FILE = '.dockerignore';

/** What counts of each path of the context. */
async function describeContext(tar: AsyncIterable<Uint8Array>, skipped: ReadonlySet<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const entry of readTar(tar)) {
    if (skipped.has(entry.path)) continue;
    const hash = createHash('sha256');
    if (entry.type === 'file') for await (const chunk of entry.body) hash.update(chunk);
    found.set(entry.path, describe({ ...entry, sha256: hash.digest('hex') }));
  }
  return found;
}

function describeLayer(entries: Iterable<ManifestEntry>, skipped: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of entries) {
    const path = entry.path.startsWith(BELOW) ? entry.path.slice(BELOW.length) : '';
    if (path !== '' && !skipped.has(path)) found.set(path, describe(entry));
  }
  return found;
}

const BELOW = 'luetbuild/';

function describe({ type, mode, linkName, sha256 }: Pick<ManifestEntry, 'type' | 'mode' | 'linkName' | 'sha256'>): string {
  if (type === 'file') return `file ${(mode & 0o100) === 0 ? '' : 'executable '}${sha256 ?? ''}`;
  return type === 'symlink' ? `link ${linkName}` : type;
}
