// Brings changes into a root: verify and stage everything, arrange, then one commit. Until the commit nothing in the root is different.
import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { TarHeader } from '@cos/archive';
import { ClientError } from '../client-error.ts';
import type { OpenRepository } from '../repository/open-repository.ts';
import { commit, createStage, recover, type Recovery } from '../root/journal.ts';
import { lockRoot } from '../root/lock.ts';
import { openRoot, type RootFolder } from '../root/root-folder.ts';
import { formatState, readState, RECORD, writeDurably } from '../root/state.ts';
import { identityOf, labelOf, type InstalledPackage } from '../select/installed-package.ts';
import type { Changes } from '../select/plan-changes.ts';
import { arrange, type Owned } from './arrange.ts';
import { CAPABILITY } from './capabilities.ts';
import { finalizerOf, runFinalizer } from './finalize.ts';
import { usualOwnership, type Ownership } from './ownership.ts';
import { protectedFolders } from './protect.ts';
import { scanArchive, type ContentLimits, type StagedPackage } from './scan-archive.ts';
import { writeAttributes } from './write-attributes.ts';

export interface ChangeRootRequest {
  /** An existing folder. */
  readonly root: string;
  readonly repositories: readonly OpenRepository[];
  /** Decides what to do, from what is installed. */
  readonly plan: (installed: readonly InstalledPackage[]) => Changes;
  /** Identities (`identityOf`) of what was asked for by name. */
  readonly requested: (one: { readonly category: string; readonly name: string; readonly version: string }) => boolean;
  /** True: files of other packages are taken over. Default false. */
  readonly force?: boolean;
  /** Default: `archive` for root, else `current`. */
  readonly owner?: Ownership;
  /** Default `refuse`. */
  readonly devices?: 'make' | 'refuse';
  readonly limits?: Partial<ContentLimits>;
  /** The environment of finalizers. Default none. */
  readonly finalizerEnv?: Readonly<Record<string, string>>;
  /** Default true. */
  readonly runFinalizers?: boolean;
  readonly onEvent?: (event: RootEvent) => void;
  readonly signal: AbortSignal;
}

export type RootEvent =
  | { readonly kind: 'recovered'; readonly how: Exclude<Recovery, 'nothing'> }
  | { readonly kind: 'fetching'; readonly label: string; readonly place: string }
  | { readonly kind: 'set-aside'; readonly path: string; readonly beside: string }
  /** `placed`: what packages say of each path that they fill, relative to the root and without links on the way. Finalizers run afterwards. */
  | { readonly kind: 'committed'; readonly placed: ReadonlyMap<string, TarHeader> }
  | { readonly kind: 'finalizing'; readonly label: string }
  | { readonly kind: 'output'; readonly label: string; readonly line: string };

/** Default bounds of one package: far above what real ones have. */
export const CONTENT_LIMITS: ContentLimits = { bytes: 64 * 1024 ** 3, entries: 2_000_000 };

/**
 * Installs, upgrades or removes, as one change: a command that is killed leaves the old root or, after its next command, the new one.
 * Throws a ClientError; after one of the code `finalizer` the packages are installed, after any other the root is as it was.
 */
export async function changeRoot(request: ChangeRootRequest): Promise<Changes> {
  const root = openRoot(request.root);
  const unlock = lockRoot(root);
  try {
    const how = recover(root);
    if (how !== 'nothing') request.onEvent?.({ kind: 'recovered', how });
    const changes = request.plan(readState(root).packages);
    if (changes.install.length > 0 || changes.replace.length > 0) await bringIn(root, request, changes);
    if (request.runFinalizers !== false) await finalizeAll(root, request);
    return changes;
  } finally {
    unlock();
  }
}

async function bringIn(root: RootFolder, request: ChangeRootRequest, changes: Changes): Promise<void> {
  const { force = false, owner = usualOwnership(), onEvent, signal } = request;
  const finalizers = changes.install.map((one, order) => finalizerOf(one, order));
  const stage = createStage(root, randomUUID());
  let staged: StagedPackage[];
  let arranged: ReturnType<typeof arrange>;
  try {
    staged = await stageAll(stage.path, { ...request, owner }, changes);
    signal.throwIfAborted();
    arranged = arrange({ root, staged, replace: changes.replace, keep: changes.keep, force, owner, protectedFolders: protectedFolders(root, changes.install) });
    bringToDisk(stage.path);
  } catch (error) {
    rmSync(stage.path, { recursive: true, force: true });
    throw error;
  }
  const before = new Map(changes.replace.map((one) => [JSON.stringify([one.category, one.name]), one]));
  const installed = staged.map((one, index) => describe(one, arranged.owned[index] ?? { files: [], folders: [] }, {
    requested: request.requested(one.one.definition) || before.get(JSON.stringify([one.one.definition.category, one.one.definition.name]))?.requested === true,
    pendingFinalizer: finalizers[index],
  }));
  commit(root, { format: 1, folder: stage.name, operations: arranged.operations, state: formatState([...changes.keep, ...installed]) });
  for (const { path, beside } of arranged.setAside) onEvent?.({ kind: 'set-aside', path, beside });
  onEvent?.({ kind: 'committed', placed: arranged.placed });
}

async function stageAll(stage: string, request: ChangeRootRequest & { readonly owner: Ownership }, { install }: Changes): Promise<StagedPackage[]> {
  const { owner, devices = 'refuse', signal, onEvent, limits } = request;
  const staged: StagedPackage[] = [];
  for (const [index, one] of install.entries()) {
    const transport = request.repositories.find(({ name }) => name === one.repository)?.transport;
    if (transport === undefined) throw new Error(`Internal error: nobody opened the repository ${one.repository}`);
    onEvent?.({ kind: 'fetching', label: labelOf(one.definition), place: transport.place });
    staged.push(await scanArchive({ one, transport, stage, prefix: String(index), owner, devices, limits: { ...CONTENT_LIMITS, ...limits }, signal }));
  }
  if (owner === 'recorded') return staged;
  // Owners are set by now: changing them takes capabilities away.
  const capable = staged.flatMap(({ entries }) => entries.flatMap(({ staged: name, header }) => {
    const value = header.xattrs.get(CAPABILITY);
    return name === undefined || value === undefined || header.type === 'link' ? [] : [{ name, attributes: new Map([[CAPABILITY, value]]) }];
  }));
  if (capable.length > 0 && owner === 'current') {
    throw new ClientError('unsupported', 'The packages have file capabilities, which only root can give.', { hint: 'Install as root, or into an image instead of a folder.' });
  }
  writeAttributes(stage, capable);
  return staged;
}

/** After a loss of power the journal must not speak of files that are not there. */
function bringToDisk(stage: string): void {
  const done = spawnSync('sync', ['--file-system', stage], { encoding: 'utf8' });
  if (done.error !== undefined || done.status !== 0) throw new ClientError('unsupported', `What was staged cannot be brought to the disk: ${done.error?.message ?? done.stderr.trim()}.`);
}

function describe({ one, sha256 }: StagedPackage, owned: Owned, { requested, pendingFinalizer }: Pick<InstalledPackage, 'requested'> & { readonly pendingFinalizer: InstalledPackage['pendingFinalizer'] }): InstalledPackage {
  const { category, name, version } = one.definition;
  const plain = (list: typeof one.definition.requires): InstalledPackage['requires'] => list.map((each) => ({ category: each.category, name: each.name, version: each.version }));
  return {
    category,
    name,
    version,
    requires: plain(one.definition.requires),
    conflicts: plain(one.definition.conflicts),
    provides: plain(one.definition.provides),
    repository: one.repository,
    buildTimestamp: one.archive.package.buildTimestamp,
    sha256,
    requested,
    files: owned.files,
    folders: owned.folders,
    ...(pendingFinalizer === undefined ? {} : { pendingFinalizer }),
  };
}

/** Also those that an earlier command left undone. What is done is recorded at once, so that no finalizer runs twice. */
async function finalizeAll(root: RootFolder, request: ChangeRootRequest): Promise<void> {
  const { finalizerEnv = {}, onEvent, signal } = request;
  const pending = readState(root).packages.toSorted((a, b) => (a.pendingFinalizer?.order ?? 0) - (b.pendingFinalizer?.order ?? 0));
  for (const one of pending) {
    if (one.pendingFinalizer === undefined) continue;
    const label = labelOf(one);
    onEvent?.({ kind: 'finalizing', label });
    await runFinalizer({ root, label, finalizer: one.pendingFinalizer, env: finalizerEnv, onLine: (line) => onEvent?.({ kind: 'output', label, line }), signal });
    const packages = readState(root).packages.map((each) => {
      if (identityOf(each) !== identityOf(one)) return each;
      const { pendingFinalizer: _, ...rest } = each;
      return rest;
    });
    writeDurably(`${root.state}/${RECORD}`, formatState(packages));
  }
}
