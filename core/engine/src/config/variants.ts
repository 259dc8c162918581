import { hintFor } from '../errors/did-you-mean.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import type { CheckedDerivatives } from './check-derivatives.ts';
import { makeDeclared } from './declared.ts';
import type { LoadRequest, Variant } from './resolved-config.ts';
import { readSetValue } from './set-value.ts';
import { readValuesFile, variantValues, type RequestLayers } from './values.ts';

/** Each derivative on each of its platforms, with its values, and those of them that are selected. */
export async function resolveVariants({ derivatives, unplanned }: CheckedDerivatives, request: LoadRequest, workspace: string, report: (diagnostic: Diagnostic) => void): Promise<{ readonly variants: readonly Variant[]; readonly allVariants: readonly Variant[] }> {
  const layers = await requestLayers(request, report);
  const count = derivatives.reduce((sum, { platforms }) => sum + platforms.length, 0);
  const variants: Variant[] = [];
  const allVariants: Variant[] = [];
  for (const derivative of derivatives) {
    // Its problem is reported; planning what is left of it would bring up others that are none.
    if (unplanned.has(derivative.name)) continue;
    for (const platform of derivative.platforms) {
      const isSelected = (request.derivatives.length === 0 || request.derivatives.includes(derivative.name)) && (request.platforms.length === 0 || request.platforms.includes(platform));
      const problems: Diagnostic[] = [];
      const tell = isSelected ? report : (diagnostic: Diagnostic) => void problems.push(diagnostic);
      const { values, layers: sources } = await variantValues(derivative, platform, layers, workspace, tell);
      const packages = Object.freeze(makeDeclared(derivative.packages, { values, platform, derivative: { name: derivative.name, version: derivative.version } }, tell));
      const scope = count > 1 ? `${derivative.name}/${platform.split('/')[1] ?? platform}` : undefined;
      const variant: Variant = Object.freeze({ derivative, platform, values, layers: sources, packages, scope, problems });
      allVariants.push(variant);
      if (isSelected) variants.push(variant);
    }
  }
  checkSelection(request, derivatives.map(({ name }) => name), derivatives.flatMap(({ platforms }) => [...platforms]), variants.length + unplanned.size, report);
  return { variants: Object.freeze(variants), allVariants: Object.freeze(allVariants) };
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
