import { defineCommand } from '@cos/core';
import {
  describeChainImages, hashPackage, hashSpec, imageId, planPackages, tagPlan,
  type ChainImage, type PackagePlan, type PackageTags, type ResolvedPackage, type TreePackage,
} from '@cos/luet';
import { toDiagnostics } from '../diagnostic.ts';
import { unknownValues } from '../upstream/open-published.ts';
import { hasErrors, openTrees, unique, type OpenedTrees } from './open-trees.ts';
import { treeParameters, treeVariables } from './parameters.ts';
import { selectTargets } from './select-targets.ts';
import { headingOf, idOf, nameOf, pathIn } from './show.ts';

/** What is made of a recipe before anything is built: its text, its Dockerfiles, and what its tag is made of. */
export const render = defineCommand({
  description: 'print what becomes of a recipe: rendered text, Dockerfiles, inputs of the tag',
  config: 'optional',
  env: treeVariables,
  parameters: {
    packages: { type: 'list', positional: true, required: true, description: 'packages: category/name, category/name@>=1.0' },
    part: { type: 'choice', choices: ['recipe', 'dockerfiles', 'hashes'], description: 'only this part' },
    imageRepository: { type: 'text', default: 'luet/cache', pattern: /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, description: 'repository of the images that Dockerfiles start from' },
    json: { type: 'flag', description: 'print JSON, for programs' },
    ...treeParameters,
  },
  async handle(context) {
    const { args, cwd, print, tell } = context;
    const { opened, problems } = await openTrees(context);
    tell(problems);
    if (hasErrors(problems)) return 2;
    const results = await Promise.all(opened.map(async (trees) => ({ trees, ...(await renderTrees(trees, args.packages, args.imageRepository)) })));
    const told = unique(results.flatMap((one) => one.problems));
    tell(told);
    if (args.json) print(JSON.stringify(results.flatMap(({ trees, targets }) => targets.map((target) => ({ ...trees.variant, ...describe(target, cwd) }))), null, 2));
    else {
      for (const { trees, targets } of results) {
        for (const line of headingOf(trees, opened)) print(line);
        for (const target of targets) for (const text of sectionsOf(target, args.part, cwd)) print(text);
      }
    }
    return hasErrors(told) ? 2 : 0;
  },
});

interface RenderedTarget {
  readonly target: ResolvedPackage;
  readonly recipe: string | undefined;
  readonly tags: PackageTags | undefined;
  /** Undefined for a package without an image. */
  readonly image: ChainImage | undefined;
  /** What each tag of the chain is made of. */
  readonly chain: readonly HashedElement[];
}

interface HashedElement {
  /** `category/name-version` */
  readonly name: string;
  /** Structural hash of the rendered recipe, decimal. */
  readonly recipe: string;
  /** Hash of the folder, `h1:…`. */
  readonly folder: string;
  readonly tag: string;
}

async function renderTrees(trees: OpenedTrees, asked: readonly string[], repository: string) {
  const plan = planPackages({ ...trees, targets: asked });
  const { tags, problems } = await tagPlan({ plan, reader: trees.reader, matching: trees.matching });
  const targets = await Promise.all(
    selectTargets(plan, asked, trees.matching).map(async (target): Promise<RenderedTarget> => {
      const images = describeChainImages({ plan, tags, target, repository, matching: trees.matching });
      return {
        target,
        recipe: sourceOf(trees.tree.packages.find((one) => one.fingerprintName === target.fingerprintName)),
        tags: tags.get(target.fingerprintName),
        image: images.find(({ fingerprintName }) => fingerprintName === target.fingerprintName),
        chain: await hashChain(plan, tags.get(target.fingerprintName), trees),
      };
    }),
  );
  return { targets, problems: [...toDiagnostics([...plan.problems, ...plan.warnings, ...problems]), ...unknownValues(plan, trees.published)] };
}

/** The file that says how a package is built: build.yaml, or the program that declares it. */
function sourceOf(one: TreePackage | undefined): string | undefined {
  return one?.object?.hasRecipe === true ? one.file : one?.recipe?.file;
}

async function hashChain(plan: PackagePlan, tags: PackageTags | undefined, trees: OpenedTrees): Promise<readonly HashedElement[]> {
  const rendered = new Map(plan.rendered.map((one) => [one.package.fingerprintName, one]));
  const elements = await Promise.all(
    (tags?.chain ?? []).map(async ({ fingerprintName, packageHash }) => {
      const one = rendered.get(fingerprintName);
      if (one === undefined) return [];
      const folder = await hashPackage(one.package, trees.reader);
      const { definition } = one.package;
      return [{ name: `${nameOf(definition)}-${definition.version}`, recipe: String(hashSpec(one.spec)), folder: folder.ok ? folder.hash : '', tag: packageHash }];
    }),
  );
  return elements.flat();
}

function sectionsOf(one: RenderedTarget, part: 'recipe' | 'dockerfiles' | 'hashes' | undefined, cwd: string): readonly string[] {
  const { target, recipe, image } = one;
  const names = fileNames(target);
  const dockerfiles = image === undefined ? [] : [[`Dockerfile ${names.builder}`, image.dockerfiles.builder] as const, ...(target.spec.steps.length === 0 ? [] : [[`Dockerfile ${names.package}`, image.dockerfiles.package] as const])];
  const sections = [
    ...(part === undefined || part === 'recipe' ? [[`recipe of ${idOf(target)}${recipe === undefined ? ', which has none' : `, ${pathIn(cwd, recipe)}`}`, target.recipeText] as const] : []),
    ...(part === undefined || part === 'dockerfiles' ? dockerfiles : []),
    ...(part === undefined || part === 'hashes' ? [[`tag of ${idOf(target)}`, hashesOf(one)] as const] : []),
  ];
  return sections.map(([title, text]) => [`### ${title}`, ...(text.trim() === '' ? [] : [text.replace(/^\s*\n/, '').trimEnd()]), ''].join('\n'));
}

function hashesOf({ tags, chain, image, target }: RenderedTarget): string {
  const own = tags?.chain.at(-1);
  const rows = [
    ['tag', own?.packageHash ?? 'none: a folder of its chain has no hash'],
    ['builder tag', own?.builderTag ?? ''],
    ['base', image?.base ?? 'none: nothing is built'],
    ...(target.finalRequires.length > 0 ? [['made of', target.finalRequires.join(' ')]] : []),
    ...chain.flatMap((element) => [
      ['', ''],
      [element.name, element.tag],
      ['  recipe', element.recipe],
      ['  folder', element.folder],
    ]),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return rows.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

/** As luet names them inside the build context. */
function fileNames(target: ResolvedPackage): { readonly builder: string; readonly package: string } {
  return { builder: `${imageId(target)}-builder.dockerfile`, package: `${imageId(target)}.dockerfile` };
}

function describe({ target, recipe, tags, image, chain }: RenderedTarget, cwd: string) {
  const own = tags?.chain.at(-1);
  const names = fileNames(target);
  return {
    category: target.category,
    name: target.name,
    version: target.version,
    ...(target.dir === undefined ? {} : { path: pathIn(cwd, target.dir) }),
    ...(recipe === undefined ? {} : { file: pathIn(cwd, recipe) }),
    recipe: target.recipeText,
    ...(image === undefined ? {} : { base: image.base, dockerfiles: { [names.builder]: image.dockerfiles.builder, [names.package]: image.dockerfiles.package } }),
    hashes: { tag: own?.packageHash, buildHash: own?.buildHash, builderTag: own?.builderTag, joinTag: tags?.joinTag, finalRequires: target.finalRequires, chain },
  };
}
