import { defineCommand, type Diagnostic } from '@cos/core';
import { isError, planPackages, tagPlan, type PackagePlan, type PackageTags, type Problem, type ResolvedPackage } from '@cos/luet';
import { toDiagnostics } from '../diagnostic.ts';
import { unknownValues } from '../upstream/open-published.ts';
import { hasErrors, openTrees, unique, type OpenedTrees } from './open-trees.ts';
import { treeParameters, treeVariables } from './parameters.ts';
import { selectTargets } from './select-targets.ts';
import { headingOf, nameOf } from './show.ts';

/** luet's image tags, bit for bit: what its caches call the images of a tree. */
export const tags = defineCommand({
  description: 'print the image tags that luet gives to packages',
  config: 'optional',
  env: treeVariables,
  parameters: {
    packages: { type: 'list', positional: true, description: 'packages: category/name, category/name@>=1.0; their chains are printed' },
    all: { type: 'flag', description: 'every package of the trees, each with the tag that it has for itself (default when none is named)' },
    format: { type: 'choice', choices: ['plain', 'chain', 'json'], default: 'plain', description: 'plain: a line per image; chain: a line "@ package" and the images below it, per package' },
    ...treeParameters,
  },
  async handle(context) {
    const { args, print, tell } = context;
    const { opened, problems } = await openTrees(context);
    tell(problems);
    if (hasErrors(problems)) return 2;
    const isAll = args.all || args.packages.length === 0;
    const results = await Promise.all(opened.map(async (trees) => ({ trees, ...(await tagTrees(trees, isAll ? 'all' : args.packages)) })));
    const told = unique(results.flatMap((one) => [...toDiagnostics(one.problems), ...one.unknown]));
    tell(told);
    if (args.format === 'json') print(JSON.stringify(results.flatMap(({ trees, targets }) => targets.map((target) => ({ ...trees.variant, ...describe(target) }))), null, 2));
    else for (const { trees, targets } of results) for (const line of [...headingOf(trees, opened), ...linesOf(targets, args.format, isAll)]) print(line);
    return hasErrors(told) ? 2 : 0;
  },
});

interface TaggedTarget {
  readonly target: ResolvedPackage;
  readonly tags: PackageTags;
  readonly chain: readonly { readonly name: string; readonly tag: string }[];
}

async function tagTrees(trees: OpenedTrees, asked: readonly string[] | 'all'): Promise<{ readonly targets: readonly TaggedTarget[]; readonly problems: readonly Problem[]; readonly unknown: readonly Diagnostic[] }> {
  const plan = planPackages({ ...trees, targets: asked });
  const { tags: found, problems } = await tagPlan({ plan, reader: trees.reader, matching: trees.matching });
  const names = new Map(plan.rendered.map(({ package: { fingerprintName, definition } }) => [fingerprintName, `${nameOf(definition)}-${definition.version}`]));
  const broken = brokenOf(plan);
  const targets = selectTargets(plan, asked, trees.matching).flatMap((target) => {
    const tagged = found.get(target.fingerprintName);
    if (tagged === undefined || target.chain.some(({ fingerprintName }) => broken.has(fingerprintName))) return [];
    return [{ target, tags: tagged, chain: tagged.chain.map(({ fingerprintName, packageHash }) => ({ name: names.get(fingerprintName) ?? fingerprintName, tag: packageHash })) }];
  });
  return { targets, problems: [...plan.problems, ...problems], unknown: unknownValues(plan, trees.published) };
}

/** Packages whose recipe is not what it should be: a tag that is made of it would name something else. */
function brokenOf({ rendered }: PackagePlan): ReadonlySet<string> {
  return new Set(rendered.filter(({ problems }) => problems.some(isError)).map((one) => one.package.fingerprintName));
}

function linesOf(targets: readonly TaggedTarget[], format: 'plain' | 'chain', isAll: boolean): readonly string[] {
  if (format === 'chain') return targets.flatMap(({ target, chain }) => [`@ ${nameOf(target)}`, ...chain.map(lineOf)]);
  return [...new Set(targets.flatMap(({ chain }) => (isAll ? chain.slice(-1) : chain).map(lineOf)))];
}

function lineOf({ name, tag }: { readonly name: string; readonly tag: string }): string {
  return `${name} ${tag}`;
}

function describe({ target, tags: { joinTag, chain }, chain: named }: TaggedTarget) {
  const own = chain.at(-1);
  return {
    category: target.category,
    name: target.name,
    version: target.version,
    tag: own?.packageHash,
    builderTag: own?.builderTag,
    ...(joinTag === undefined ? {} : { joinTag }),
    chain: named.map(({ name, tag }) => ({ package: name, tag })),
  };
}
