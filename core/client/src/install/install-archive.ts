// A root filesystem of its own, as an archive: packages are installed into a folder that nobody sees, and what is in it then is packed. Without root the
// folder cannot have the owners, devices and capabilities of the packages; the archive has them all the same.
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packTree, type TarHeader } from '@cos/archive';
import type { SeenRecord } from '@cos/trust';
import { ClientError } from '../client-error.ts';
import { openRoot } from '../root/root-folder.ts';
import { noteSeen } from '../root/seen-repositories.ts';
import { readState } from '../root/state.ts';
import { labelOf } from '../select/installed-package.ts';
import type { Changes } from '../select/plan-changes.ts';
import { changeRoot, type ChangeRootRequest } from './change-root.ts';
import { modeOnDisk, type Ownership } from './ownership.ts';
import { CAPABILITY, readCapabilities } from './capabilities.ts';

export interface InstallArchiveRequest extends Omit<ChangeRootRequest, 'root' | 'owner'> {
  /** Existing folder that programs may be started in; removed by the caller when the archive was read. */
  readonly scratch: string;
  /** Verified repositories, which the new root notes. Default none. */
  readonly seen?: SeenRecord;
}

export interface InstalledArchive {
  readonly changes: Changes;
  /** Packages whose finalizers are left to the next command on the root: `category/name@version`. */
  readonly pending: readonly string[];
  /** The root filesystem as a plain tar. Equal packages, finalizers of equal effect: equal bytes, whoever runs this. */
  readonly archive: () => AsyncIterable<Uint8Array>;
}

/** Installs into an empty root. Throws a ClientError as `changeRoot` does; there is nothing then, also when a finalizer failed. The mask of the process is 022 meanwhile. */
export async function installArchive({ scratch, seen = {}, onEvent, ...request }: InstallArchiveRequest): Promise<InstalledArchive> {
  const mask = process.umask(0o022);
  try {
    const folder = join(scratch, 'root');
    mkdirSync(folder, { mode: 0o755 });
    const owner: Ownership = process.getuid?.() === 0 ? 'archive' : 'recorded';
    let notes: ReadonlyMap<string, Note> = new Map();
    let isFinalized = false;
    const changes = await changeRoot({
      ...request,
      root: folder,
      owner,
      onEvent: (event) => {
        if (event.kind === 'committed') notes = noteInodes(folder, event.placed);
        isFinalized ||= event.kind === 'finalizing';
        onEvent?.(event);
      },
    }).catch((error: unknown) => {
      throw explain(error);
    });
    noteSeen(openRoot(folder), seen);
    const capabilities = isFinalized ? readCapabilities(folder) : new Map<string, Uint8Array>();
    const describe = (found: TarHeader, inode: bigint): TarHeader => describeEntry(found, { note: noteOf(notes, found.path, inode), owner, capability: capabilities.get(found.path), isFinalized });
    // What finalizers and the record brought is as old as the newest file of a package.
    const epoch = [...notes.values()].reduce((latest, { header }) => Math.max(latest, header.mtime), 0);
    return {
      changes,
      pending: readState(openRoot(folder)).packages.filter(({ pendingFinalizer }) => pendingFinalizer !== undefined).map(labelOf),
      archive: () => packTree(folder, { owner: owner === 'archive' ? 'real' : 'root', epoch, describe }),
    };
  } finally {
    process.umask(mask);
  }
}

/** What a package says of a path, and which inode was there before finalizers ran. */
interface Note {
  readonly header: TarHeader;
  readonly inode: bigint;
}

function noteInodes(folder: string, placed: ReadonlyMap<string, TarHeader>): ReadonlyMap<string, Note> {
  const root = openRoot(folder);
  return new Map([...placed].map(([path, header]) => [path, { header, inode: lstatSync(root.onDisk(path), { bigint: true }).ino }]));
}

/** Undefined for what no package has put there: something that a finalizer put in its place is not the package's. */
function noteOf(notes: ReadonlyMap<string, Note>, path: string, inode: bigint): Note | undefined {
  const note = notes.get(path);
  return note?.inode === inode ? note : undefined;
}

interface Known {
  readonly note: Note | undefined;
  readonly owner: Ownership;
  /** On disk. */
  readonly capability: Uint8Array | undefined;
  readonly isFinalized: boolean;
}

function describeEntry(found: TarHeader, { note, owner, capability, isFinalized }: Known): TarHeader {
  const onDisk = withCapability(found, capability);
  if (note === undefined) return onDisk;
  const { header } = note;
  const isChanged = header.type === 'file' && (found.size !== header.size || found.mtime !== header.mtime);
  // Changing what is in a folder, or making a device, leaves its time behind.
  const mtime = header.type === 'file' || header.type === 'symlink' ? found.mtime : header.mtime;
  // As root the disk knows all of it; only nobody needs to read attributes that nobody can have changed.
  if (owner === 'archive') return { ...(isFinalized ? onDisk : withCapability(found, header.xattrs.get(CAPABILITY))), mtime };
  const { type, uid, gid, devMajor, devMinor } = header;
  const mode = found.mode === modeOnDisk(header, owner) ? header.mode : found.mode;
  return { ...withCapability(found, capability ?? (isChanged ? undefined : header.xattrs.get(CAPABILITY))), type, uid, gid, devMajor, devMinor, mode, mtime };
}

function withCapability(header: TarHeader, value: Uint8Array | undefined): TarHeader {
  return { ...header, xattrs: new Map(value === undefined ? [] : [[CAPABILITY, value]]) };
}

function explain(error: unknown): unknown {
  if (!(error instanceof ClientError) || error.code !== 'finalizer') return error;
  return new ClientError('finalizer', error.message, { notes: error.notes, hint: 'Nothing was made. Mend the finalizer, or leave finalizers to the first command on the root.', cause: error });
}
