import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pinnedFolder } from '../model/pinned-path.ts';

/** Where things lie below the engine's folder of a workspace (`.cos`). */
export interface Layout {
  readonly folder: string;
  /** Entries and blobs. */
  readonly cache: string;
  /** One file a task: what its last run was. */
  readonly state: string;
  /** Entries of source trees by digest, so that changed files can be named. */
  readonly manifests: string;
  /** One folder a run. */
  readonly scratch: string;
  /** One folder a run, one file a task in it: its output. */
  readonly logs: string;
  /** One file a live run. */
  readonly runs: string;
  readonly locks: string;
  /** One file a named output: how it looked when it was put in place. `cos clean` keeps them, for the outputs stay too. */
  readonly outputs: string;
  /** Files that pins stand for: one folder for each content, named after its digest. */
  readonly pinned: string;
  readonly toolMemo: string;
  readonly statIndex: string;
  readonly lastRun: string;
}

/** `logs`: the folder of logs, where they are to outlive the rest; default one in `folder`. */
export function layoutOf(folder: string, logs: string = join(folder, 'logs')): Layout {
  const state = join(folder, 'state');
  return {
    folder,
    cache: join(folder, 'cache'),
    state: join(state, 'tasks'),
    manifests: join(state, 'manifests'),
    scratch: join(folder, 'scratch'),
    logs,
    runs: join(folder, 'runs'),
    locks: join(folder, 'locks'),
    outputs: join(folder, 'outputs'),
    pinned: join(folder, pinnedFolder),
    toolMemo: join(state, 'tools.json'),
    statIndex: join(state, 'stat-index'),
    lastRun: join(state, 'last-run.json'),
  };
}

/** A file name for any text: readable, and different for different texts. */
export function fileNameOf(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9._#@+-]/g, '_').slice(0, 120);
  const isSame = plain === text && !text.startsWith('.');
  return isSame ? plain : `${plain.replace(/^\./, '_')}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}
