import { dirname } from 'node:path';
import { hintFor } from '../errors/did-you-mean.ts';
import { siteOf, markSite } from '../errors/declared-at.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { checkConfig } from './check-config.ts';
import { findDefaultConfig } from './find-default.ts';
import { findConfig } from './find.ts';
import { importConfig } from './import.ts';
import type { LoadRequest, ResolvedConfig, Variant } from './resolved-config.ts';
import { readSetValue } from './set-value.ts';
import { readValuesFile, variantValues, type RequestLayers } from './values.ts';

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
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  // Variants share layers: one problem is told once.
  const report = (diagnostic: Diagnostic) => {
    const text = JSON.stringify(diagnostic);
    if (!seen.has(text)) diagnostics.push(diagnostic);
    seen.add(text);
  };
  const checked = await checkConfig(given, file, report, options.derivatives);
  if (checked === undefined) return { config: undefined, diagnostics };
  const workspace = options.workspace ?? dirname(file);
  const layers = await requestLayers(request, report);
  const count = checked.derivatives.reduce((sum, { platforms }) => sum + platforms.length, 0);
  const variants: Variant[] = [];
  for (const derivative of checked.derivatives) {
    if (request.derivatives.length > 0 && !request.derivatives.includes(derivative.name)) continue;
    for (const platform of derivative.platforms) {
      if (request.platforms.length > 0 && !request.platforms.includes(platform)) continue;
      const { values, layers: sources } = await variantValues(derivative, platform, layers, workspace, report);
      const full = markSite({ ...derivative, version: derivative.version ?? '0.0.0' }, siteOf(derivative));
      variants.push(Object.freeze({ derivative: Object.freeze(full), platform, values, layers: sources, scope: count > 1 ? `${derivative.name}/${platform.split('/')[1] ?? platform}` : undefined }));
    }
  }
  checkSelection(request, checked.derivatives.map(({ name }) => name), checked.derivatives.flatMap(({ platforms }) => [...platforms]), variants.length, report);
  const config = markSite({ ...checked, workspace, file, variants: Object.freeze(variants) }, siteOf(given));
  return { config: Object.freeze(config), diagnostics };
}

async function requestLayers(request: LoadRequest, report: (diagnostic: Diagnostic) => void): Promise<RequestLayers> {
  const files = [];
  for (const file of request.values) {
    const layer = await readValuesFile(file, request.cwd, undefined, report);
    if (layer !== undefined) files.push(layer);
  }
  const set = [];
  for (const text of request.set) {
    const value = readSetValue(text);
    if (value.ok) set.push(value.value);
    else for (const problem of value.failures) report(problem);
  }
  return { files, set };
}

function checkSelection(request: LoadRequest, names: readonly string[], platforms: readonly string[], selected: number, report: (diagnostic: Diagnostic) => void): void {
  const before = { derivatives: request.derivatives.filter((name) => !names.includes(name)), platforms: request.platforms.filter((platform) => !platforms.includes(platform)) };
  for (const name of before.derivatives) {
    report({ code: 'COS_REQUEST_UNKNOWN_DERIVATIVE', severity: 'error', message: `Expected the name of a derivative after --derivative; found "${name}".`, hint: hintFor(name, names, 'derivatives') });
  }
  for (const platform of before.platforms) {
    report({ code: 'COS_REQUEST_UNKNOWN_PLATFORM', severity: 'error', message: `Expected a platform of a derivative after --platform; found "${platform}".`, hint: hintFor(platform, platforms, 'platforms') });
  }
  if (selected === 0 && names.length > 0 && before.derivatives.length === 0 && before.platforms.length === 0 && (request.derivatives.length > 0 || request.platforms.length > 0)) {
    report({ code: 'COS_REQUEST_UNKNOWN_PLATFORM', severity: 'error', message: `No derivative fits both --derivative ${request.derivatives.join(' ')} and --platform ${request.platforms.join(' ')}.` });
  }
}
