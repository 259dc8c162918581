import { markSite, siteOf } from '../errors/declared-at.ts';
import { at, noteAt } from '../errors/place.ts';
import { quote } from '../errors/schema-failures.ts';
import type { AnyDeclaration } from '../model/declaration.ts';
import { platforms, type Distribution, type Platform, type ResolvedDerivative, type System } from '../model/distribution.ts';
import { workspacePath } from '../model/workspace-path.ts';
import { checkRepositories, mergeRepositories } from './check-repositories.ts';
import { isDeclaration } from './declared.ts';
import { checkKeys, checkList, expected, isObject, isText, problem, type Subject } from './shape.ts';

export interface CheckedDerivatives {
  readonly derivatives: readonly ResolvedDerivative[];
  /** Names of derivatives that are not planned, because a path that they need was refused. */
  readonly unplanned: ReadonlySet<string>;
}

const fields = ['name', 'title', 'version', 'from', 'platforms', 'values', 'valuesFiles', 'trees', 'referenceTrees', 'repositories', 'packages', 'system'] as const;

/** The derivatives of a config, or those that a command brings, each with everything that it has from another one. */
export function checkDerivatives(config: Subject, given: unknown, wanted: 'some' | 'any'): CheckedDerivatives {
  const list = checkList(config, 'derivatives', given, 'derivatives', isObject);
  const seen = new Map<string, string | undefined>();
  const derivatives: ResolvedDerivative[] = [];
  const unplanned = new Set<string>();
  for (const [index, item] of list.entries()) {
    const subject = subjectOf(item, `derivatives.${index}`, config);
    const name = checkName(subject, `derivatives.${index}`, item);
    if (name === undefined) continue;
    if (seen.has(name)) {
      config.report({ code: 'COS_CONFIG_DUPLICATE', severity: 'error', message: `Expected each derivative once; "${name}" is declared twice.`, ...at(subject.site), notes: noteAt('first declared here', seen.get(name)) });
      continue;
    }
    seen.set(name, subject.site);
    const checked = checkDerivative(subject, name, item, []);
    if (checked === undefined) continue;
    derivatives.push(checked.derivative);
    if (checked.isIncomplete) unplanned.add(name);
  }
  if (wanted === 'some' && Array.isArray(given) && given.length === 0) expected(config, 'derivatives', 'at least one derivative', given);
  return { derivatives, unplanned };
}

type Item = Readonly<Record<string, unknown>>;

interface Checked {
  readonly derivative: ResolvedDerivative;
  readonly isIncomplete: boolean;
}

function subjectOf(item: Item, what: string, above: Subject): Subject {
  return { what: isText(item['name']) ? `derivative "${item['name']}"` : what, site: siteOf(item) ?? above.site, report: above.report };
}

function checkName(subject: Subject, what: string, item: Item): string | undefined {
  checkKeys(subject, item, fields);
  const name = item['name'];
  if (isText(name) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return name;
  expected({ ...subject, what }, 'name', 'at most 64 letters, digits, dots and dashes', name);
  return undefined;
}

/** `above`: the derivatives that are from this one. */
function checkDerivative(subject: Subject, name: string, item: Item, above: readonly Item[]): Checked | undefined {
  const { title, version, values } = item;
  if (title !== undefined && !isText(title)) expected(subject, 'title', 'a text', title);
  if (version !== undefined && !isText(version)) expected(subject, 'version', 'a text', version);
  if (values !== undefined && !isObject(values)) expected(subject, 'values', 'a map', values);
  const origin = checkOrigin(subject, item, above);
  const wanted = checkPlatforms(subject, item['platforms'], origin?.base?.derivative);
  let isIncomplete = origin?.base?.isIncomplete === true;
  const paths = (field: string): readonly string[] =>
    checkList(subject, field, item[field], 'paths', isText, []).flatMap((path) => {
      const inside = checkPath(subject, field, path);
      isIncomplete ||= inside === undefined;
      return inside === undefined ? [] : [inside];
    });
  const own = { trees: paths('trees'), referenceTrees: paths('referenceTrees'), valuesFiles: paths('valuesFiles') };
  const packages = checkList(subject, 'packages', item['packages'], 'packages made by definePackage({...})', (each): each is AnyDeclaration<'package'> => isDeclaration(each, 'package'), []);
  isIncomplete ||= item['packages'] !== undefined && !(Array.isArray(item['packages']) && item['packages'].length === packages.length);
  const repositories = checkRepositories(subject, item['repositories']);
  isIncomplete ||= repositories === undefined;
  const system = item['system'] === undefined ? undefined : checkSystem(subject, item['system']);
  isIncomplete ||= item['system'] !== undefined && system === undefined;
  if (origin === undefined) return undefined;
  const base = origin.base?.derivative;
  const inherited = { title: isText(title) ? title : base?.title, system: system ?? base?.system };
  const derivative: ResolvedDerivative = {
    name,
    version: isText(version) ? version : (base?.version ?? '0.0.0'),
    from: origin.from,
    platforms: Object.freeze([...new Set(wanted)]),
    trees: Object.freeze([...new Set([...(base?.trees ?? []), ...own.trees])]),
    referenceTrees: Object.freeze([...new Set([...(base?.referenceTrees ?? []), ...own.referenceTrees])]),
    repositories: mergeRepositories(subject, [...(base?.repositories ?? []), ...(repositories ?? [])]),
    valuesFiles: Object.freeze(own.valuesFiles),
    packages: Object.freeze([...new Set([...(base?.packages ?? []), ...packages])]),
    ...(isObject(values) ? { values } : {}),
    ...(inherited.title === undefined ? {} : { title: inherited.title }),
    ...(inherited.system === undefined ? {} : { system: inherited.system }),
  };
  // Messages about values need the site on this copy too.
  return { derivative: Object.freeze(markSite(derivative, subject.site)), isIncomplete };
}

interface Origin {
  readonly from: ResolvedDerivative['from'];
  /** Only where it is a derivative. */
  readonly base?: Checked;
}

function checkOrigin(subject: Subject, item: Item, above: readonly Item[]): Origin | undefined {
  const { from } = item;
  if (isDistribution(from)) return { from };
  if (isObject(from) && 'from' in from && !above.includes(from) && from !== item) {
    const base = subjectOf(from, 'the derivative that it is from', subject);
    const name = checkName(base, base.what, from);
    const checked = name === undefined ? undefined : checkDerivative(base, name, from, [...above, item]);
    return checked === undefined ? undefined : { from: checked.derivative, base: checked };
  }
  expected(subject, 'from', 'a distribution or another derivative', from, 'Import a preset, or make one with defineDistribution.');
  return undefined;
}

function checkPlatforms(subject: Subject, given: unknown, base: ResolvedDerivative | undefined): readonly Platform[] {
  if (given === undefined && base !== undefined) return base.platforms;
  if (Array.isArray(given) && given.length === 0) expected(subject, 'platforms', 'at least one platform', []);
  const list = checkList(subject, 'platforms', given, `one of ${platforms.join(', ')}`, isPlatform);
  if (base === undefined) return list;
  for (const platform of list) {
    if (!base.platforms.includes(platform)) expected(subject, 'platforms', `platforms of derivative "${base.name}" (${base.platforms.join(', ')})`, platform);
  }
  return list.filter((platform) => base.platforms.includes(platform));
}

function checkPath(subject: Subject, field: string, path: string): string | undefined {
  const inside = workspacePath(path);
  if (inside === undefined) problem(subject, 'COS_CONFIG_PATH', `Expected paths below the workspace as "${field}" of ${subject.what}; found ${quote(path)}.`);
  return inside;
}

/** Undefined when something is wrong with it. */
function checkSystem(subject: Subject, given: unknown): System | undefined {
  if (isText(given)) return given;
  if (!isObject(given)) {
    expected(subject, 'system', 'the name of a package, or { dockerfile }', given);
    return undefined;
  }
  checkKeys({ ...subject, what: `"system" of ${subject.what}` }, given, ['dockerfile', 'context', 'target', 'buildArgs', 'framework']);
  const { dockerfile, context, target, buildArgs, framework } = given;
  const path = isText(dockerfile) ? checkPath(subject, 'system.dockerfile', dockerfile) : undefined;
  if (!isText(dockerfile)) expected(subject, 'system.dockerfile', 'a path', dockerfile);
  const folder = isText(context) ? checkPath(subject, 'system.context', context) : undefined;
  if (context !== undefined && !isText(context)) expected(subject, 'system.context', 'a path', context);
  if (target !== undefined && !isText(target)) expected(subject, 'system.target', 'the name of a stage', target);
  const isMap = isObject(buildArgs) && Object.values(buildArgs).every((value) => typeof value === 'string');
  if (buildArgs !== undefined && !isMap) expected(subject, 'system.buildArgs', 'a map of texts', buildArgs);
  const packages = checkList(subject, 'system.framework', framework, 'packages', isText, []);
  if (path === undefined || (context !== undefined && folder === undefined)) return undefined;
  return Object.freeze({
    dockerfile: path,
    ...(folder === undefined ? {} : { context: folder }),
    ...(isText(target) ? { target } : {}),
    ...(isMap ? { buildArgs: Object.fromEntries(Object.entries(buildArgs).map(([key, value]) => [key, String(value)])) } : {}),
    ...(framework === undefined ? {} : { framework: Object.freeze([...packages]) }),
  });
}

function isPlatform(value: unknown): value is Platform {
  return platforms.some((platform) => platform === value);
}

function isDistribution(value: unknown): value is Distribution {
  return isObject(value) && !('from' in value) && isText(value['name']) && isObject(value['values']) && isObject(value['platforms']) && !Array.isArray(value['platforms']);
}
