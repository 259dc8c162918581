import { bodyOf, canonicalize, readTar, writeTar, type TarEntry } from '@cos/archive';
import { failureOf } from '../errors.ts';
import { POOL } from './arguments.ts';
import type { BootstrapOptions } from './options.ts';

// The archive of a bootstrapped system without what differs from host to host and from day to day. mmdebstrap removes package lists, caches and logs, and
// empties /etc/machine-id; it takes the host's name and resolver along, though, and package scripts leave backups and logs.

/** What is dropped, folders excepted. */
const droppedFiles: readonly RegExp[] = [
  /^etc\/(?:hostname|resolv\.conf)$/,
  /^etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-$/,
  /^var\/cache\/(?:apt|debconf|man)\/.*(?:-old|\.bin|\.deb|\/lock|index\.db)$/,
  /^var\/cache\/ldconfig\/./,
  /^var\/lib\/apt\/(?:lists|periodic)\/./,
  /^var\/lib\/dpkg\/(?:.*-old|lock|lock-frontend|triggers\/Lock)$/,
  /^var\/lib\/dbus\/machine-id$/,
  /^var\/lib\/systemd\/(?:random-seed|credential\.secret)$/,
  /^var\/log\/./,
];

/** Belong to the user as whom apt downloads, if that user could enter the folder in which the system was made. apt gives them away again when it needs them. */
const sandboxFolders = /^var\/(?:cache\/apt\/archives|lib\/apt\/lists)\/partial$/;

/** What is dropped with everything below it. */
const droppedTrees = /^(?:run|tmp|var\/tmp)\/./;

export interface ReadBootstrappedOptions {
  readonly options: BootstrapOptions;
  readonly scratch: string;
  /** All times become this one. */
  readonly epoch: number;
}

/** The canonical archive. Throws COS_DOCKER_BOOTSTRAP_FAILED when other packages went in than were to go in. */
export async function* readBootstrapped(source: AsyncIterable<Uint8Array>, { options, scratch, epoch }: ReadBootstrappedOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const found = { packages: new Map<string, string>(), pool: new Map<string, string>() };
  async function* kept(): AsyncGenerator<TarEntry, void, undefined> {
    for await (const entry of readTar(source)) {
      const path = entry.path.replace(/^\.\//, '');
      if (droppedTrees.test(path) || (entry.type !== 'directory' && droppedFiles.some((pattern) => pattern.test(path)))) continue;
      if (path.startsWith(`${POOL}/`)) addPoolFile(found.pool, path.slice(POOL.length + 1));
      if (path === 'var/lib/dpkg/status' && entry.type === 'file') {
        const database = await readBody(entry);
        addInstalled(found.packages, Buffer.concat(database).toString('utf8'));
        yield { ...entry, body: bodyOf(database) };
      } else yield sandboxFolders.test(path) ? { ...entry, uid: 0, gid: 0 } : entry;
    }
  }
  yield* canonicalize(writeTar(kept()), { scratch, epoch, times: 'set' });
  const { pinned } = options;
  const wrong = [...differences(pinned.packages, found.packages), ...differences(pinned.pool, found.pool)];
  if (wrong.length > 0) {
    throw failureOf('COS_DOCKER_BOOTSTRAP_FAILED', `Other packages went into the base than apt had announced: ${wrong.slice(0, 10).join(', ')}${wrong.length > 10 ? ` and ${wrong.length - 10} more` : ''}.`, {
      hint: 'Where a package depends on one of several, name the one that is meant in "packages"; what is in the base already, take out of "pool".',
    });
  }
}

async function readBody(entry: TarEntry): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.body) chunks.push(Buffer.from(chunk));
  return chunks;
}

/** Format: deb822(5), as dpkg keeps it; a package that was removed may have left a stanza. */
function addInstalled(packages: Map<string, string>, database: string): void {
  for (const stanza of database.split(/\n{2,}/)) {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1];
    const name = field('Package');
    if (name !== undefined && field('Status')?.endsWith(' installed') === true) packages.set(name, field('Version') ?? '');
  }
}

/** `name_version_arch.deb`, colons of versions as `%3a`. */
function addPoolFile(pool: Map<string, string>, file: string): void {
  const [name = '', version = ''] = file.split('_');
  if (name !== '') pool.set(name, version.replaceAll('%3a', ':'));
}

function differences(pinned: Readonly<Record<string, string>>, found: ReadonlyMap<string, string>): readonly string[] {
  const names = [...new Set([...Object.keys(pinned), ...found.keys()])].sort();
  return names.flatMap((name) => {
    const version = pinned[name]?.split(' ')[0];
    return version === found.get(name) ? [] : [`${name} ${found.get(name) ?? '(not there)'} in place of ${version ?? 'nothing'}`];
  });
}
