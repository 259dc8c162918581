import { siteOf } from '../errors/declared-at.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import { quote } from '../errors/schema-failures.ts';
import type { Target } from '../model/config.ts';
import type { ResolvedDerivative } from '../model/distribution.ts';
import type { Stage } from '../model/stage.ts';
import { overlaps, workspacePath } from '../model/workspace-path.ts';
import { checkDerivatives } from './check-derivatives.ts';
import { checkParameters } from './check-parameters.ts';
import { checkPlugins } from './check-plugins.ts';
import type { ResolvedPlugin } from './resolved-config.ts';
import { checkInteger, checkKeys, checkList, expected, isObject, problem, type Report, type Subject } from './shape.ts';

/** The checked parts of a config, before values are overlaid. */
export interface CheckedConfig {
  readonly plugins: ReadonlyMap<string, ResolvedPlugin>;
  readonly derivatives: readonly ResolvedDerivative[];
  /** Names of derivatives that are not planned, because a path that they need was refused. */
  readonly unplanned: ReadonlySet<string>;
  readonly targets: ReadonlyMap<string, Target>;
  readonly outDir: string;
  readonly cacheFolder: string;
  readonly cacheMaxBytes: number;
  readonly sourceDateEpoch: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly toolchain: 'host' | 'container';
}

const fields = ['plugins', 'derivatives', 'targets', 'outDir', 'sourceDateEpoch', 'resources', 'cache', 'engine'] as const;
const gibibyte = 1024 ** 3;
/** The end of 2107, the last day that FAT can tell. */
const lastEpoch = 4_354_819_199;

/** Checks the whole config and reports every problem. Undefined when it is no config at all. `wanted`: `some` derivatives must be there, or `any` number. */
export async function checkConfig(given: unknown, file: string, report: Report, wanted: 'some' | 'any' = 'some'): Promise<CheckedConfig | undefined> {
  const site = siteOf(given) ?? `${file}:1`;
  const subject: Subject = { what: 'the config', site, report };
  if (!isObject(given)) {
    problem(subject, 'COS_CONFIG_NO_DEFAULT', `Expected a config made by defineConfig({...}) as default export; found ${quote(given)}.`);
    return undefined;
  }
  checkKeys(subject, given, fields);
  const outDir = checkFolder(subject, 'outDir', given['outDir'], 'build');
  const cache = isObject(given['cache']) ? given['cache'] : {};
  if (given['cache'] !== undefined && !isObject(given['cache'])) expected(subject, 'cache', 'an object', given['cache']);
  checkKeys({ ...subject, what: '"cache" of the config' }, cache, ['folder', 'maxBytes']);
  const cacheFolder = checkFolder(subject, 'cache.folder', cache['folder'], '.cos');
  if (overlaps(outDir, cacheFolder)) problem(subject, 'COS_CONFIG_PATH', `Expected "outDir" and "cache.folder" to be apart; found "${outDir}" and "${cacheFolder}".`);
  const plugins = checkList(subject, 'plugins', given['plugins'], 'configured plugins', (item): item is unknown => item !== undefined);
  const checkedPlugins = await checkPlugins(plugins, site, report);
  return {
    plugins: checkedPlugins,
    ...checkDerivatives(subject, given['derivatives'], wanted),
    targets: checkTargets(subject, given['targets']),
    outDir,
    cacheFolder,
    cacheMaxBytes: checkInteger(subject, 'cache.maxBytes', cache['maxBytes'], { minimum: 0, fallback: 20 * gibibyte }),
    sourceDateEpoch: checkInteger(subject, 'sourceDateEpoch', given['sourceDateEpoch'], { minimum: 0, maximum: lastEpoch, fallback: 315_532_800 }),
    resources: checkResources(subject, given['resources'], checkedPlugins),
    toolchain: checkToolchain(subject, given['engine'], checkedPlugins),
  };
}

function checkFolder(subject: Subject, field: string, given: unknown, fallback: string): string {
  if (given === undefined) return fallback;
  const path = typeof given === 'string' ? workspacePath(given) : undefined;
  if (path !== undefined && path !== '.') return path;
  problem(subject, 'COS_CONFIG_PATH', `Expected a folder below the workspace as "${field}"; found ${quote(given)}.`, `Leave it out for "${fallback}".`);
  return fallback;
}

function checkResources(subject: Subject, given: unknown, plugins: ReadonlyMap<string, ResolvedPlugin>): Readonly<Record<string, number>> {
  if (given === undefined) return {};
  if (!isObject(given)) {
    expected(subject, 'resources', 'capacities by name', given);
    return {};
  }
  const classes = [...plugins.values()].flatMap(({ definition }) => Object.values<Stage>(definition.stages ?? {}).map(({ resource }) => resource?.class ?? 'cpu'));
  const known = [...new Set(classes)].filter((name) => name !== 'cpu').sort();
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) problem(subject, 'COS_CONFIG_UNKNOWN_FIELD', `No stage takes the resource "${name}".`, name === 'cpu' ? 'What runs at once is bounded by --jobs.' : hintFor(name, known, 'resources'));
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, checkInteger(subject, `resources.${name}`, value, { minimum: 1, fallback: 2 })]));
}

function checkToolchain(subject: Subject, given: unknown, plugins: ReadonlyMap<string, ResolvedPlugin>): 'host' | 'container' {
  if (given === undefined) return 'host';
  if (!isObject(given)) {
    expected(subject, 'engine', 'an object', given);
    return 'host';
  }
  checkKeys({ ...subject, what: '"engine" of the config' }, given, ['toolchain']);
  const { toolchain } = given;
  if (toolchain === undefined || toolchain === 'host') return 'host';
  if (toolchain !== 'container') {
    expected(subject, 'engine.toolchain', '"host" or "container"', toolchain);
    return 'host';
  }
  const makers = [...plugins.values()].filter(({ definition }) => definition.createToolchain !== undefined).map(({ definition }) => definition.name);
  if (makers.length === 1) return 'container';
  const found = makers.length === 0 ? 'none' : makers.join(', ');
  problem(subject, 'COS_CONFIG_TOOLCHAIN', `Expected one plugin that brings a toolchain, because "engine.toolchain" is "container"; found ${found}.`, 'The plugin of a container engine brings one, for example docker-build.');
  return 'host';
}

function checkTargets(config: Subject, given: unknown): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>();
  if (!isObject(given)) {
    expected(config, 'targets', 'targets by name', given);
    return targets;
  }
  for (const [name, target] of Object.entries(given)) {
    const subject: Subject = { ...config, what: `target "${name}"` };
    if (!/^[a-z0-9][A-Za-z0-9._-]*$/.test(name)) problem(config, 'COS_CONFIG_SHAPE', `Expected lower-case letters, digits, dots and dashes as name of a target; found ${quote(name)}.`);
    if (!isTarget(target)) {
      expected(config, `targets.${name}`, 'an object with "description" and the function "plan"', target);
      continue;
    }
    checkKeys(subject, { ...target }, ['description', 'params', 'plan']);
    checkParameters(target.params, subject);
    targets.set(name, target);
  }
  return targets;
}

function isTarget(value: unknown): value is Target {
  return isObject(value) && typeof value['description'] === 'string' && typeof value['plan'] === 'function';
}
