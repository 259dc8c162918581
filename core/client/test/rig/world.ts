import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAtom } from '@cos/luet';
import { changeRoot, diskTransport, openRepository, planChanges, planRemoval, type ChangeRootRequest, type Changes, type RootEvent } from '../../src/index.ts';
import { publish, type GivenRepository } from './repository.ts';

export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  readonly events: RootEvent[];
  publish(repository: GivenRepository): Promise<void>;
  install(wanted: readonly string[], over?: Partial<ChangeRootRequest> & { readonly others?: 'keep' | 'upgrade'; readonly sync?: boolean }): Promise<Changes>;
  upgrade(over?: { readonly sync?: boolean }): Promise<Changes>;
  uninstall(wanted: readonly string[], force?: boolean): Promise<Changes>;
  /** What is in the root, without the folder of the record: path to text, `-> target`, or `folder`; sorted. */
  content(): Readonly<Record<string, string>>;
}

/** An empty root and folders for repositories. */
export async function createWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-client-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  const names = new Set<string>();
  const events: RootEvent[] = [];
  const signal = new AbortController().signal;
  const open = () => Promise.all([...names].map(async (name) => openRepository({ name, transports: [diskTransport(join(folder, name))], signal })));
  const references = (wanted: readonly string[]) => wanted.map((text) => {
    const atom = parseAtom(text);
    if (!atom.ok) throw new Error(atom.problem.message);
    return atom.reference;
  });
  const change = async (wanted: readonly string[], plan: ChangeRootRequest['plan'], repositories: ChangeRootRequest['repositories'], over: Partial<ChangeRootRequest> = {}) =>
    changeRoot({ root, repositories, plan, requested: ({ category, name }) => wanted.some((text) => text.startsWith(`${category}/${name}`)), onEvent: (event) => void events.push(event), signal, ...over });
  return {
    folder,
    root,
    events,
    publish: async (repository) => {
      names.add(repository.name ?? 'main');
      await publish(join(folder, repository.name ?? 'main'), repository);
    },
    install: async (wanted, { others = 'keep', sync = false, ...over } = {}) => {
      const repositories = await open();
      return change(wanted, (installed) => planChanges({ installed, repositories, wanted: references(wanted), others, sync }), repositories, over);
    },
    upgrade: async ({ sync = false } = {}) => {
      const repositories = await open();
      return change([], (installed) => planChanges({ installed, repositories, wanted: [], others: 'upgrade', sync }), repositories);
    },
    uninstall: async (wanted, force = false) => change([], (installed) => planRemoval(installed, references(wanted), force), []),
    content: () => contentOf(root),
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}

export function contentOf(root: string): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  const enter = (path: string): void => {
    for (const name of readdirSync(join(root, path)).toSorted()) {
      const here = path === '' ? name : `${path}/${name}`;
      if (here === 'var/lib/cos') continue;
      const stats = lstatSync(join(root, here));
      if (stats.isDirectory()) {
        found.push([here, 'folder']);
        enter(here);
      } else if (stats.isSymbolicLink()) found.push([here, `-> ${readlinkSync(join(root, here))}`]);
      else found.push([here, stats.isFile() ? readFileSync(join(root, here), 'utf8') : 'node']);
    }
  };
  enter('');
  return Object.fromEntries(found.filter(([path]) => path !== 'var' && path !== 'var/lib'));
}
