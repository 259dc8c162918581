import { arch } from 'node:os';
import { relative, resolve, sep } from 'node:path';
import { CosError, defineCommand, defineDerivative, type CommandContext, type Derivative, type Diagnostic, type Parameters, type Platform, type RunRequest } from '@cos/core';
import { mergeValues, valuesToJson } from '@cos/luet';
import { configuredUpstream, readValuesFiles } from '@cos/plugin-resolve';
import type { TargetCode } from '../codes.ts';
import { buildParameters, createBuildTarget, type BuildArguments } from '../targets/build.ts';
import { luetFlags } from './luet-flags.ts';

const platforms = ['linux/amd64', 'linux/arm64'] as const satisfies readonly Platform[];

const commandParameters = {
  ...buildParameters,
  packages: { ...buildParameters.packages, description: 'packages as category/name, category/name@1.2 or category/name@>=1.0; without any, --all or --full' },
  destination: { type: 'text', description: 'folder for archives and metadata, anywhere (default: packages below the output folder)' },
  pretend: { type: 'flag', description: 'as --dry-run, by the name that luet has for it' },
  values: { type: 'list', description: 'a values file (YAML); later ones win' },
  platform: { type: 'list', description: 'only this platform; with --tree the one to build for (default: that of this host)' },
  tree: { type: 'list', description: 'a folder of package specs, instead of those of the config; needs no config; of two equal packages the later tree\'s wins' },
  referenceTree: { type: 'list', description: 'with --tree: a folder of package specs that others maintain, which can be required; equal packages of trees win' },
  fromRepositories: { type: 'text', bare: '', description: 'with --tree: packages of the repositories that luet\'s client has here, or of a configuration (--from-repositories=luet.yaml), can be required' },
  valuesMerge: { type: 'choice', choices: ['presence', 'luet'], default: 'presence', description: 'with --tree: what overrides: every key that is there, or, as in luet, only values that are not empty' },
  versions: { type: 'choice', choices: ['debian', 'legacy'], default: 'debian', description: 'with --tree: how selectors match: in Debian\'s order, or as luet up to 0.36' },
  engine: { type: 'choice', choices: ['luet', 'helm'], default: 'luet', description: 'with --tree: template engine: of luet since 2022, or the one before' },
  finalRequires: { type: 'choice', choices: ['closure', 'first-level'], default: 'closure', description: 'with --tree: what a package with requires_final_images is made of: all that its requirements need at run time, or, as in 2021, only what it lists' },
} as const satisfies Parameters;

type Context = CommandContext<unknown, typeof commandParameters>;

/**
 * `cos build`: the target `build` of the config; with --tree, trees that need no config. Of those nobody says where base images come from: recipes name
 * images that the engine has, or registries.
 */
export const build = defineCommand({
  description: 'build packages: their images, and archives of them and of what they are built with',
  config: 'optional',
  runs: true,
  instead: luetFlags,
  parameters: commandParameters,
  // Where a user has `.luet.yaml`.
  env: ['HOME'],
  async handle(context: Context): Promise<RunRequest> {
    const { args } = context;
    const parameters = { ...targetArguments(args), folder: args.destination === undefined || args.folder !== buildParameters.folder.default ? args.folder : '.' };
    const request = { parameters, ...(args.destination === undefined ? {} : { outDir: args.destination }), ...(args.pretend ? { dryRun: true } : {}) };
    checkMeaning(context);
    if (args.tree.length === 0) return { ...request, target: 'build', values: args.values, platforms: args.platform };
    const { valuesMerge, versions, engine, finalRequires } = args;
    const target = createBuildTarget({ title: undefined, dialect: { valuesMerge, versions, engine, finalRequires } });
    return { ...request, target: { name: 'build', target }, derivatives: [await readTree(context)] };
  },
});

function targetArguments({ packages, all, full, revdeps, onlyTarget, nodeps, onlydeps, rebuild, pull, push }: Context['args']): Partial<Record<keyof Omit<BuildArguments, 'folder'>, string | string[] | boolean>> {
  return { packages: [...packages], all, full, revdeps, onlyTarget, nodeps, onlydeps, rebuild, pull: [...pull], ...(push === undefined ? {} : { push }) };
}

/** A slip of the pen must not build everything. */
function checkMeaning({ args, derivatives }: Context): void {
  const problems: Diagnostic[] = [];
  const problem = (message: string, hint: string): void => void problems.push({ code: 'COS_BUILD_REQUEST' satisfies TargetCode, severity: 'error', message, hint });
  if (args.packages.length === 0 && !args.all && !args.full) problem('Expected packages to build; found none.', 'Name them (category/name), or say --all or --full. `cos packages` lists what there is.');
  if (args.tree.length === 0 && derivatives.length === 0) problem('Expected a tree of packages: there is no config with derivatives, and no --tree.', 'Call it in the folder of a cos.config.ts, or name the tree: --tree packages --values values.yaml.');
  const unknown = args.platform.filter((each) => !platforms.some((platform) => platform === each));
  if (args.tree.length > 0 && unknown.length > 0) problem(`Expected a platform after --platform; found ${unknown.map((each) => JSON.stringify(each)).join(', ')}.`, `Known are ${platforms.join(' and ')}.`);
  if (args.tree.length === 0) {
    if (args.fromRepositories !== undefined) problem('--from-repositories is for trees of the command line, and there is no --tree.', 'A derivative of the config names the repositories that it builds on: repositories: [...].');
    for (const name of ['referenceTree', 'valuesMerge', 'versions', 'engine', 'finalRequires'] as const) {
      const isDefault = name === 'referenceTree' ? args.referenceTree.length === 0 : args[name] === commandParameters[name].default;
      if (!isDefault) problem(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for trees of the command line, and there is no --tree.`, 'Trees of the config are read as the config says.');
    }
  }
  if (problems.length > 0) throw new CosError(problems);
}

/** The trees of the command line as a derivative whose values are those of the files alone. */
async function readTree({ args, cwd, workspace, env, tell }: Context): Promise<Derivative> {
  const chosen = platforms.filter((each) => (args.platform.length === 0 ? each === hostPlatform() : args.platform.includes(each)));
  const upstream = args.fromRepositories === undefined ? { repositories: [], problems: [] } : await configuredUpstream({ file: args.fromRepositories, cwd, workspace, env, platforms: chosen });
  const { values, problems } = await readValuesFiles(args.values, cwd);
  const outside: Diagnostic[] = [];
  const inside = (path: string): string => {
    const below = relative(workspace, resolve(cwd, path));
    if (below === '..' || below.startsWith(`..${sep}`)) {
      outside.push({
        code: 'COS_BUILD_TREE' satisfies TargetCode,
        severity: 'error',
        message: `Expected trees below the folder that cos works in, ${JSON.stringify(workspace)}; found ${JSON.stringify(path)}.`,
        hint: 'Call cos in a folder above the tree: its cache (.cos) and cos.lock belong beside what is built.',
      });
    }
    return below === '' ? '.' : below.split(sep).join('/');
  };
  const trees = args.tree.map(inside);
  const referenceTrees = args.referenceTree.map(inside);
  const errors = [...problems.filter(({ severity }) => severity === 'error'), ...outside];
  if (errors.length > 0) throw new CosError(errors);
  tell([...problems, ...upstream.problems]);
  return defineDerivative({ name: 'tree', from: noDistribution, platforms: chosen, repositories: upstream.repositories, values: valuesToJson(mergeValues(values, args.valuesMerge)), trees, referenceTrees });
}

const noDistribution = { name: 'none', values: {}, platforms: {} };

function hostPlatform(): Platform {
  return arch() === 'arm64' ? 'linux/arm64' : 'linux/amd64';
}
