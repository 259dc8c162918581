// One recipe with one set of values: merge, render, parse. The whole tree is rendered with the values before anything is solved,
// because requirements may depend on them.

import { createProblem, isError } from '../problem.ts';
import type { Location, Problem } from '../problem.ts';
import { EMPTY_BUILD_SPEC, readBuildSpec } from '../package/build-spec.ts';
import type { BuildSpec } from '../package/build-spec.ts';
import { checkBuildSpec } from '../package/check-build-spec.ts';
import type { PackageReference } from '../package/reference.ts';
import { formatRecipe } from '../object/object-files.ts';
import type { SourceText, TreePackage } from '../tree/load-tree.ts';
import type { GivenPackage } from '../tree/read-objects.ts';
import { NO_VALUES } from '../values/value.ts';
import { mergeValues } from '../values/merge.ts';
import type { MergeRule } from '../values/merge.ts';
import type { ValueMap } from '../values/value.ts';
import { parseYaml } from '../yaml.ts';
import type { RenderTemplate } from './render-template.ts';
import { joinSources, locateInSource, RenderedMap } from './source-map.ts';

export interface RenderPackageInput {
  readonly package: TreePackage;
  /** The same list for all packages of a tree. */
  readonly templates: readonly SourceText[];
  /** The texts of `templates`, joined. */
  readonly shared: string;
  /** Values files, merged by the caller. */
  readonly values: ValueMap;
  readonly merge: MergeRule;
  readonly render: RenderTemplate;
}

export interface RenderedPackage {
  readonly package: TreePackage;
  /** The recipe cannot be rendered or read. Then `spec` is the empty recipe and `problems` has an error. */
  readonly isFailed: boolean;
  readonly spec: BuildSpec;
  /** Requirements for building: the recipe's, or without a recipe the package's own. */
  readonly buildRequires: readonly PackageReference[];
  readonly buildConflicts: readonly PackageReference[];
  /** Stands for these names when building. */
  readonly provides: readonly PackageReference[];
  /** The rendered text, of a package of an object what it would be; '' without a recipe. */
  readonly text: string;
  /** What the template saw as `.Values`. */
  readonly values: ValueMap;
  /** The declared variables of the environment that the template asked for: nothing else of the environment is in its text. */
  readonly variables: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  /** Where an item stands (`steps[2]`); undefined for what is not there. Absent for a package without a recipe of its own in a file. */
  readonly placeOf?: (path: string) => WrittenPlace | undefined;
}

export function renderPackage(input: RenderPackageInput): RenderedPackage {
  const { package: one, templates, shared } = input;
  const { definition, recipe } = one;
  if (one.object !== undefined) return describeObject(one, one.object);
  const values = mergeValues([one.values, input.values], input.merge);
  const own = { package: one, isFailed: false, provides: definition.provides, values, variables: NO_VARIABLES };
  if (recipe === undefined) {
    const { requires, conflicts } = definition;
    return { ...own, spec: { ...EMPTY_BUILD_SPEC, requires }, buildRequires: requires, buildConflicts: conflicts, text: '', problems: [] };
  }
  const failed = { ...own, isFailed: true, spec: EMPTY_BUILD_SPEC, buildRequires: [], buildConflicts: [], text: '' };
  const result = input.render({ source: shared + recipe.text, shared, name: recipe.file, values });
  if (!result.ok) {
    const joined = joinSources([...templates, recipe]);
    const at = result.line === undefined ? { file: recipe.file } : (locateInSource(joined, result.line, result.column) ?? { file: recipe.file });
    const message = `the recipe of ${one.fingerprintName} cannot be rendered: ${result.message}`;
    return { ...failed, problems: [createProblem('error', 'LUET_RENDER_FAILED', message, at, result.hint === undefined ? {} : { hint: result.hint })] };
  }
  const asked = [...(result.variables ?? [])];
  const variables = new Map(asked.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
  const undeclared = asked.flatMap(([name, value]) => (value === undefined ? [warnOfVariable(name, [recipe, ...templates])] : []));
  const map = new RenderedMap(result.text, templates, recipe);
  const document = parseYaml({ text: result.text, file: recipe.file });
  const problems = [...undeclared, ...document.problems.map((problem) => map.move(problem))];
  if (problems.some(isError)) return { ...failed, text: result.text, variables, problems };
  const read = readBuildSpec(document.root);
  problems.push(...read.problems.map((problem) => map.move(problem)), ...findMissingValues(result.text, map));
  if (read.spec === undefined) return { ...failed, text: result.text, variables, problems };
  const spec = moveSpec(read.spec, map);
  // A misspelt or unreadable "image" is why there is nothing to build on.
  const isSound = !problems.some(isError);
  problems.push(...checkBuildSpec(one.fingerprintName, spec, { file: recipe.file, line: 1, column: 1 }).filter((problem) => isSound || problem.code !== 'LUET_NO_PARENT'));
  return {
    ...own,
    spec,
    buildRequires: spec.requires,
    buildConflicts: spec.conflicts,
    provides: spec.provides.length > 0 ? spec.provides : definition.provides,
    text: result.text,
    variables,
    problems,
    placeOf: (path) => placeOf(read.spec?.positions.get(path), map),
  };
}

function placeOf(at: Location | undefined, map: RenderedMap): WrittenPlace | undefined {
  if (at === undefined) return undefined;
  if (map.keepsPlaces) return { at, renderedLine: undefined };
  const found = map.locate(at);
  return { at: found.rendered ? undefined : found.at, renderedLine: at.line };
}

/** Where an item of a recipe was written, and where it stands in the rendered text. */
export interface WrittenPlace {
  /** Undefined when no single line of the source is certainly meant. */
  readonly at: Location | undefined;
  /** Line of the rendered text; undefined when that is the source, line by line. */
  readonly renderedLine: number | undefined;
}

/** There is nothing to render: the recipe is data already. */
function describeObject(one: TreePackage, { spec, hasRecipe, problems }: GivenPackage): RenderedPackage {
  const { conflicts, provides, at } = one.definition;
  const isSound = !problems.some(isError);
  const found = checkBuildSpec(one.fingerprintName, spec, at).filter((problem) => isSound || problem.code !== 'LUET_NO_PARENT');
  return {
    package: one,
    isFailed: false,
    spec,
    buildRequires: spec.requires,
    buildConflicts: hasRecipe ? spec.conflicts : conflicts,
    provides,
    text: hasRecipe ? formatRecipe(spec) : '',
    values: NO_VALUES,
    variables: NO_VARIABLES,
    problems: [...problems, ...found],
  };
}

const NO_VARIABLES: ReadonlyMap<string, string> = new Map();

/** The first line that has both the name of a function that reads variables and that of the variable. */
function warnOfVariable(name: string, sources: readonly SourceText[]): Problem {
  const message = `the template asks for the variable "${name}", which is not declared and reads as empty`;
  const hint = 'declare it, or give what it holds as a value';
  for (const { file, text } of sources) {
    for (const [index, line] of text.split('\n').entries()) {
      const reader = /\b(?:expand)?env\b/.exec(line);
      const at = reader === null ? -1 : line.indexOf(name, reader.index + reader[0].length);
      if (at !== -1) return createProblem('warning', 'LUET_UNDECLARED_VARIABLE', message, { file, line: index + 1, column: at + 1, length: Math.max(1, name.length) }, { hint });
    }
  }
  return createProblem('warning', 'LUET_UNDECLARED_VARIABLE', message, sources[0] === undefined ? undefined : { file: sources[0].file }, { hint });
}

const NO_VALUE = '<no value>';

function findMissingValues(text: string, map: RenderedMap): Problem[] {
  if (!text.includes(NO_VALUE)) return [];
  return text.split('\n').flatMap((line, index) => {
    const at = line.indexOf(NO_VALUE);
    if (at === -1 || line.trimStart().startsWith('#')) return [];
    const found = map.locateAction(index + 1, line.slice(0, at));
    const hint = 'set the value, or guard it with {{ if .Values.… }}';
    const details = { hint, ...(found.rendered ? { rendered: true } : {}) };
    return [createProblem('warning', 'LUET_NO_VALUE', `a value that is not set prints "${NO_VALUE}" here`, found.at, details)];
  });
}

/** Positions of the rendered text become positions of the source. */
function moveSpec(spec: BuildSpec, map: RenderedMap): BuildSpec {
  if (map.keepsPlaces) return spec;
  const move = (at: Location): Location => map.locate(at).at;
  const moveAll = (references: readonly PackageReference[]): PackageReference[] =>
    references.map((one) => (one.at === undefined ? one : { ...one, at: move(one.at) }));
  return {
    ...spec,
    requires: moveAll(spec.requires),
    conflicts: moveAll(spec.conflicts),
    provides: moveAll(spec.provides),
    copy: spec.copy.map((item) => ({
      ...item,
      at: move(item.at),
      ...(item.package === undefined ? {} : { package: moveAll([item.package])[0] ?? item.package }),
    })),
    subpackages: spec.subpackages.map((one) => ({ ...one, at: move(one.at) })),
    positions: new Map([...spec.positions].map(([path, at]) => [path, move(at)])),
  };
}
