import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveError, readTar, type TarEntry } from '@cos/archive';
import { CosError } from '@cos/core';
import { damagedContent, damagedDatabase, unreadableForm } from './failures.ts';
import type { DatabaseProblem, InstalledPackage, ReadDatabase } from './installed-package.ts';
import { readApk } from './databases/read-apk.ts';
import { readDpkg, type DatabaseText } from './databases/read-dpkg.ts';
import { readNdb } from './databases/read-ndb.ts';
import { readSqlite } from './databases/read-sqlite.ts';
import { readOsRelease, type OsRelease } from './os-release.ts';
import type { RootFilesystem } from './root-filesystem.ts';
import { RootPaths } from './root-paths.ts';

/** What package managers know of a root filesystem. */
export interface Inventory {
  /** Sorted by code unit, each once. */
  readonly packages: readonly InstalledPackage[];
  /** Undefined: it does not say. */
  readonly distribution: OsRelease | undefined;
}

export interface InventoryOptions {
  /** An existing folder, for what must be a file to be read. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Reads the databases of dpkg, apk and rpm. Throws all that is wrong with them at once. */
export async function readInventory(root: RootFilesystem, { scratch, signal }: InventoryOptions): Promise<Inventory> {
  try {
    const paths = new RootPaths();
    for await (const entry of root.list()) {
      signal.throwIfAborted();
      paths.add(entry);
    }
    const places = findPlaces(paths);
    const contents = await readFiles(root, places, signal);
    const read = await readDatabases(places, contents, scratch);
    const problems = read.flatMap((one) => one.problems);
    const failures = [...problems.map(damagedDatabase), ...places.berkeley.map(unreadableForm)];
    if (failures.length > 0) throw new CosError(failures);
    const packages = new Map(read.flatMap((one) => one.packages).map((one) => [keyOf(one), one]));
    const distribution = places.release === undefined ? undefined : readOsRelease(textOf(contents.get(places.release)));
    return { packages: [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one), distribution };
  } catch (error) {
    throw error instanceof ArchiveError ? damagedContent(error) : error;
  }
}

/** Where databases are: paths behind all links, so that one that has two names is read once. */
interface Places {
  readonly release: string | undefined;
  readonly status: readonly string[];
  readonly parts: readonly string[];
  readonly apk: readonly string[];
  readonly sqlite: readonly string[];
  readonly logs: ReadonlyMap<string, string>;
  readonly ndb: readonly string[];
  readonly berkeley: readonly string[];
}

const DPKG = 'var/lib/dpkg';
const APK = ['lib/apk/db/installed', 'usr/lib/apk/db/installed'];
const RPM_FORMS = ['rpmdb.sqlite', 'Packages.db', 'Packages'] as const;
const RPM = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];

function findPlaces(paths: RootPaths): Places {
  const find = (names: readonly string[]): readonly string[] => [...new Set(names.map((name) => paths.findFile(name)).filter((one) => one !== undefined))];
  const inFolder = (folder: string, isOne: (name: string) => boolean): readonly string[] => find(paths.filesIn(folder).filter(isOne).map((name) => `${folder}/${name}`));
  // rpm takes the first of its databases that it finds in a folder; what lies beside it is from before a change of their form.
  const rpm = RPM.flatMap((folder) => RPM_FORMS.flatMap((form) => find([`${folder}/${form}`]).map((path) => ({ form, path }))).slice(0, 1));
  const ofForm = (form: (typeof RPM_FORMS)[number]): readonly string[] => [...new Set(rpm.filter((one) => one.form === form).map(({ path }) => path))];
  const sqlite = ofForm('rpmdb.sqlite');
  return {
    release: find(['etc/os-release', 'usr/lib/os-release'])[0],
    status: [...find([`${DPKG}/status`]), ...inFolder(`${DPKG}/updates`, (name) => /^\d+$/.test(name))],
    parts: inFolder(`${DPKG}/status.d`, (name) => !name.endsWith('.md5sums')),
    apk: find(APK),
    sqlite,
    logs: new Map(sqlite.flatMap((path) => find([`${path}-wal`]).map((log) => [path, log] as const))),
    ndb: ofForm('Packages.db'),
    berkeley: ofForm('Packages'),
  };
}

async function readDatabases(places: Places, contents: ReadonlyMap<string, Buffer>, scratch: string): Promise<readonly ReadDatabase[]> {
  const texts = (files: readonly string[]): readonly DatabaseText[] => files.map((file) => ({ file, text: textOf(contents.get(file)) }));
  const read: ReadDatabase[] = [readDpkg({ status: texts(places.status), parts: texts(places.parts) })];
  for (const { file, text } of texts(places.apk)) read.push(readApk(text, file));
  for (const file of places.ndb) read.push(readNdb(contents.get(file) ?? NOTHING, file));
  for (const file of places.sqlite) {
    const folder = join(scratch, 'rpmdb');
    await mkdir(folder);
    try {
      read.push(await readSqlite({ database: contents.get(file) ?? NOTHING, log: contents.get(places.logs.get(file) ?? '') }, file, folder));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return read;
}

async function readFiles(root: RootFilesystem, { release, status, parts, apk, sqlite, logs, ndb }: Places, signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
  const wanted = new Set([...(release === undefined ? [] : [release]), ...status, ...parts, ...apk, ...sqlite, ...logs.values(), ...ndb]);
  const contents = new Map<string, Buffer>();
  if (wanted.size === 0) return contents;
  for await (const entry of readTar(root.read(wanted))) {
    signal.throwIfAborted();
    if (wanted.has(entry.path) && entry.type === 'file') contents.set(entry.path, await readContent(entry));
  }
  const missing = [...wanted].filter((path) => !contents.has(path));
  if (missing.length > 0) throw new ArchiveError('corrupt', `The content of ${missing.map((path) => JSON.stringify(path)).join(', ')} is listed, and is not there`);
  return contents;
}

/** Far more than any database has; what is larger would fill the memory. */
const MAX_BYTES = 512 * 1024 ** 2;

async function readContent({ path, size, body }: TarEntry): Promise<Buffer> {
  if (size > MAX_BYTES) throw new CosError(damagedDatabase({ file: path, message: `Expected a database of at most ${MAX_BYTES} bytes; it has ${size}.` } satisfies DatabaseProblem));
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const NOTHING = Buffer.alloc(0);

/** Names of people in old paragraphs may have another encoding than UTF-8: such bytes become U+FFFD. */
function textOf(content: Buffer | undefined): string {
  return (content ?? NOTHING).toString('utf8');
}

function keyOf({ manager, name, epoch, version, architecture }: InstalledPackage): string {
  return [manager, name, epoch ?? '', version, architecture ?? ''].join('\n');
}
