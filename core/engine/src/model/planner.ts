import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Out, Schema } from './schema.ts';

// A planner reads declared source files and decides which tasks there are. It touches no network and starts no tool.

export interface FolderEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Of a link: where it leads, as it is written. */
  readonly target?: string;
}

/** Files of the workspace through the tracked reader: everything read is part of what the plan depends on. Paths are relative, with `/`. */
export interface TrackedReader {
  readonly read: (path: string) => Promise<string>;
  /** Sorted by code unit. */
  readonly list: (path: string) => Promise<readonly FolderEntry[]>;
  /** Paths that match, sorted by code unit; links are not followed. */
  readonly glob: (pattern: string) => Promise<readonly string[]>;
}

export interface PlannerContext<S extends Schema, P> extends TrackedReader {
  readonly options: Out<S>;
  readonly plugin: P;
  /** Folders of the workspace that cos writes, which no source may overlap. */
  readonly ownFolders: readonly string[];
  /** The folder with the files of a pin, by their digest: to be read, and to be a source. */
  readonly pinned: (digest: string) => string;
  /** The declared variables of the environment that are set. */
  readonly env: Readonly<Record<string, string>>;
  /** Reports a problem that lets planning go on; all of them are shown together, and errors stop the run before it starts. */
  readonly report: (diagnostic: Diagnostic) => void;
}

// `any` in the defaults: a Planner of unknown options and result must accept every concrete one.
export interface Planner<S extends Schema = any, R = any, P = any> {
  readonly description: string;
  readonly options: S;
  /** Variables of the environment that it may look at, by name or by the plugin's options. Their values are part of the plan. */
  readonly env?: readonly string[] | ((plugin: P) => readonly string[]);
  plan(context: PlannerContext<S, P>): Promise<R>;
}

/** `createDefinePlanner(schema)` gives a plugin its own `definePlanner`, with `plugin` typed by the plugin's options. */
export function createDefinePlanner<PS extends Schema>(
  _pluginOptions: PS,
): <S extends Schema, R>(planner: Planner<S, R, Out<PS>>) => Planner<S, R, Out<PS>> {
  return (planner) => Object.freeze({ ...planner });
}
