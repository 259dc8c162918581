import type { ResolvedPlugin, Variant } from '../config/resolved-config.ts';
import { callerOf } from '../errors/caller.ts';
import { CosError } from '../errors/cos-error.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import { at } from '../errors/place.ts';
import { quote } from '../errors/schema-failures.ts';
import { fileTree, type ArtifactRef, type FileTree } from '../model/artifact.ts';
import type { Pin } from '../model/pin.ts';
import { isPinnedPath } from '../model/pinned-path.ts';
import type { Planner } from '../model/planner.ts';
import type { Stage } from '../model/stage.ts';
import { overlaps, workspacePath } from '../model/workspace-path.ts';
import type { Draft } from './draft.ts';
import { callPin } from './pin-call.ts';
import { callPlanner } from './planner-call.ts';
import { callStage } from './stage-call.ts';

/** What a target's `plan` gets to plan with, for one variant. `close` ends it: later calls would be lost, so they throw. */
export interface Toolbox {
  readonly use: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly source: (path: string) => ArtifactRef<FileTree>;
  readonly close: () => void;
}

/** `site`: where the target is declared, for calls behind an `await` of a package. */
export function createToolbox(draft: Draft, variant: Variant, site: string): Toolbox {
  let isOpen = true;
  const enter = (call: (...args: never[]) => unknown): string | undefined => {
    const caller = callerOf(call, site);
    if (isOpen) return caller;
    throw new CosError({ code: 'COS_PLAN_CLOSED', severity: 'error', message: 'A stage, planner or source was called after the `plan` function had returned.', ...at(caller), hint: 'Await everything that `plan` starts.' });
  };
  const source = (path: string): ArtifactRef<FileTree> => callSource(draft, path, enter(source));
  const plugins = [...draft.config.plugins].map(([name, plugin]): [string, Readonly<Record<string, unknown>>] => [name, membersOf(draft, plugin, variant, enter)]);
  return {
    use: refuseUnknown(draft, Object.fromEntries(plugins), (name, known) => ({ code: 'COS_PLAN_UNKNOWN_PLUGIN', message: `The config has no plugin "${name}".`, hint: hintFor(name, known, 'plugins', 'Add it to "plugins".') })),
    source,
    close: () => {
      isOpen = false;
    },
  };
}

function membersOf(draft: Draft, plugin: ResolvedPlugin, variant: Variant, enter: (call: (...args: never[]) => unknown) => string | undefined): Readonly<Record<string, unknown>> {
  const { definition } = plugin;
  const members = new Map<string, unknown>();
  for (const [stageName, stage] of Object.entries<Stage>(definition.stages ?? {})) {
    const call = (given: unknown): unknown => callStage(draft, { plugin, stageName, stage, variant, site: enter(call) }, given);
    members.set(stageName, call);
  }
  for (const [name, planner] of Object.entries<Planner>(definition.planners ?? {})) {
    const call = (options: unknown): unknown => callPlanner(draft, plugin, name, planner, options, enter(call));
    members.set(name, call);
  }
  for (const [name, pin] of Object.entries<Pin>(definition.pins ?? {})) {
    const call = (request: unknown, details?: unknown): unknown => callPin(draft, { plugin: definition.name, name, definition: pin, site: enter(call) }, request, details);
    members.set(name, call);
  }
  return refuseUnknown(draft, Object.fromEntries(members), (name, known) => ({
    code: 'COS_PLAN_UNKNOWN_MEMBER',
    message: `Plugin "${definition.name}" has no stage, planner or pin "${name}".`,
    hint: hintFor(name, known, 'members'),
  }));
}

function callSource(draft: Draft, given: unknown, site: string | undefined): ArtifactRef<FileTree> {
  const path = typeof given === 'string' ? workspacePath(given) : undefined;
  const problem = (message: string, hint?: string) => draft.report({ code: 'COS_PLAN_SOURCE', severity: 'error', message, ...at(site), ...(hint === undefined ? {} : { hint }) });
  if (path === undefined) {
    problem(`Expected a path below the workspace as source; found ${quote(given)}.`, 'Paths are relative to the folder of the config and use "/".');
    return draft.refer(fileTree, undefined, '.');
  }
  const own = [draft.config.outDir, draft.config.cacheFolder].find((folder) => overlaps(path, folder));
  if (own === undefined || isPinnedPath(draft.config.cacheFolder, path)) draft.sources.set(path, draft.sources.get(path) ?? site);
  else problem(`Expected a source apart from the folder "${own}", which cos writes; found "${path}".`, 'Name the folders that are needed one by one.');
  return draft.refer(fileTree, undefined, path);
}

/** An object whose unknown members throw instead of being undefined, so that `use.iso.imge(...)` says what is wrong. */
function refuseUnknown<T extends object>(draft: Draft, members: T, explain: (name: string, known: readonly string[]) => { readonly code: string; readonly message: string; readonly hint: string }): T {
  const known = Object.keys(members);
  const get = (target: T, name: string | symbol): unknown => {
    // `then` and symbols are looked up by the language itself (await, printing).
    if (typeof name === 'symbol' || name === 'then' || name === 'toJSON' || Object.hasOwn(target, name)) {
      const value: unknown = Reflect.get(target, name);
      return value;
    }
    draft.cutShort();
    throw new CosError({ severity: 'error', ...explain(name, known), ...at(callerOf(get)) });
  };
  return new Proxy(Object.freeze(members), { get });
}
