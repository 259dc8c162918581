import { dirname } from 'node:path';
import { siteOf, markSite } from '../errors/declared-at.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { checkConfig } from './check-config.ts';
import { checkDerivatives } from './check-derivatives.ts';
import { findDefaultConfig } from './find-default.ts';
import { findConfig } from './find.ts';
import { importConfig } from './import.ts';
import type { LoadRequest, ResolvedConfig } from './resolved-config.ts';
import { resolveVariants } from './variants.ts';

/**
 * What loading came to. With problems there may be a config all the same: planning goes on with it to find further problems, which are shown together;
 * nothing may run then.
 */
export interface Loaded {
  readonly config: ResolvedConfig | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds, imports and checks the config and overlays the values. Reads files only. */
export async function loadConfig(request: LoadRequest): Promise<Loaded> {
  const found = await findConfig(request.cwd);
  if (!found.ok) return { config: undefined, diagnostics: found.failures };
  const imported = await importConfig(found.value);
  if (!imported.ok) return { config: undefined, diagnostics: imported.failures };
  const resolved = await resolveConfig(imported.value, found.value, request);
  return { ...resolved, diagnostics: [...imported.warnings, ...resolved.diagnostics] };
}

/**
 * The config that a package brings for commands that need none of the user's own: plugins without derivatives, in the folder where the command was
 * called. Undefined when no package brings one.
 */
export async function loadDefaultConfig(request: LoadRequest): Promise<Loaded | undefined> {
  const file = await findDefaultConfig(request.cwd);
  if (file === undefined) return undefined;
  const imported = await importConfig(file);
  if (!imported.ok) return { config: undefined, diagnostics: imported.failures };
  return resolveConfig(imported.value, file, request, { workspace: request.cwd, derivatives: 'any' });
}

/** Loading without finding and importing: for a config that is in memory. `file`: absolute path that the workspace is taken from unless it is given. */
export async function resolveConfig(given: unknown, file: string, request: LoadRequest, options: { readonly workspace?: string; readonly derivatives?: 'some' | 'any' } = {}): Promise<Loaded> {
  const { diagnostics, report } = collectProblems();
  const checked = await checkConfig(given, file, report, options.derivatives);
  if (checked === undefined) return { config: undefined, diagnostics };
  const workspace = options.workspace ?? dirname(file);
  const variants = await resolveVariants(checked, request, workspace, report);
  const { unplanned: _, ...rest } = checked;
  const config = markSite({ ...rest, workspace, file, ...variants }, siteOf(given));
  return { config: Object.freeze(config), diagnostics };
}

/** The config with other derivatives, as a command brings them. Sites of messages are those of the config. */
export async function withDerivatives(config: ResolvedConfig, given: readonly unknown[], request: LoadRequest): Promise<Loaded> {
  const { diagnostics, report } = collectProblems();
  const site = siteOf(config) ?? `${config.file}:1`;
  const checked = checkDerivatives({ what: 'the command', site, report }, given, 'some');
  const variants = await resolveVariants(checked, request, config.workspace, report);
  return { config: Object.freeze(markSite({ ...config, derivatives: checked.derivatives, ...variants }, siteOf(config))), diagnostics };
}

/** Variants share layers: one problem is told once. */
function collectProblems(): { readonly diagnostics: Diagnostic[]; readonly report: (diagnostic: Diagnostic) => void } {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    diagnostics,
    report: (diagnostic) => {
      const text = JSON.stringify(diagnostic);
      if (!seen.has(text)) diagnostics.push(diagnostic);
      seen.add(text);
    },
  };
}
