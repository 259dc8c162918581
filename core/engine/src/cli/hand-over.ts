import { isAbsolute, relative, resolve, sep } from 'node:path';
import { withDerivatives } from '../config/load-config.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { CosError } from '../errors/cos-error.ts';
import { markSite, siteOf } from '../errors/declared-at.ts';
import type { RunRequest } from '../model/plugin.ts';
import { overlaps, workspacePath } from '../model/workspace-path.ts';
import type { Settings } from './arguments.ts';
import type { PreparedConfig } from './prepare.ts';
import { runAsked } from './run-asked.ts';
import type { Terminal } from './terminal.ts';

/**
 * Does the run that a command of a plugin answers. `load` loads the config anew with other values and platforms than those of the command line. Answers the
 * exit code.
 */
export async function handOver(request: RunRequest, settings: Settings, terminal: Terminal, load: (settings: Settings) => Promise<PreparedConfig>): Promise<number> {
  const chosen: Settings = {
    ...settings,
    dryRun: request.dryRun ?? settings.dryRun,
    load: { ...settings.load, values: [...settings.load.values, ...(request.values ?? [])], platforms: [...settings.load.platforms, ...(request.platforms ?? [])] },
  };
  const own = request.derivatives;
  // Derivatives that the command brings are selected and overlaid instead of those of the config.
  const loaded = await load(own === undefined ? chosen : { ...settings, load: { ...settings.load, values: [], set: [], platforms: [] } });
  const prepared = own === undefined ? loaded : await bring(own, loaded, chosen);
  const { name, target } = typeof request.target === 'string' ? { name: request.target, target: undefined } : request.target;
  const outDir = request.outDir === undefined ? prepared.config.outDir : readOutDir(request.outDir, prepared.config, terminal.cwd);
  const targets = target === undefined ? prepared.config.targets : new Map([...prepared.config.targets, [name, target]]);
  const config: ResolvedConfig = Object.freeze(markSite({ ...prepared.config, outDir, targets }, siteOf(prepared.config)));
  return runAsked({ ...prepared, config }, [{ name, parameters: request.parameters ?? {} }], chosen, terminal);
}

async function bring(derivatives: NonNullable<RunRequest['derivatives']>, { config, diagnostics }: PreparedConfig, settings: Settings): Promise<PreparedConfig> {
  const loaded = await withDerivatives(config, derivatives, settings.load);
  if (loaded.config === undefined) throw new CosError(loaded.diagnostics);
  return { config: loaded.config, diagnostics: [...diagnostics, ...loaded.diagnostics] };
}

/** Relative to the workspace where it lies inside, as configs have it; else absolute. */
function readOutDir(given: string, { workspace, cacheFolder }: ResolvedConfig, cwd: string): string {
  const folder = resolve(cwd, given);
  const inside = relative(workspace, folder);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return folder;
  const path = workspacePath(inside.split(sep).join('/'));
  if (path !== undefined && path !== '.' && !overlaps(path, cacheFolder)) return path;
  throw new CosError({
    code: 'COS_REQUEST_INVALID_VALUE',
    severity: 'error',
    message: `Expected a folder of its own for outputs; found ${JSON.stringify(given)}${path === undefined || path === '.' ? ', which is the workspace itself' : ''}.`,
    hint: `Name a folder below it, or elsewhere, apart from "${cacheFolder}".`,
  });
}
