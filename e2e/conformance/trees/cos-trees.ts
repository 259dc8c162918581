// The package trees of three commits of cOS-toolkit, read out of a checkout. They cannot lie in this repository, so this is a check for
// who has one. 2021: one tree for three distributions, templates by Helm's engine. 2022 and 2023: values by distribution and platform.

import { createGoTemplateRender, formatProblem, loadTree, planPackages, readValues, tagPlan, validateTree } from '@cos/luet';
import type { PlanPackagesOptions, SourceText, Tree } from '@cos/luet';
import { compare } from '../vector.ts';
import type { Mismatch, Suite, Vector } from '../vector.ts';
import { openGitTree } from './git-tree.ts';
import type { GitTree } from './git-tree.ts';

interface CosTree {
  readonly commit: string;
  readonly packages: number;
  readonly engine: 'luet' | 'helm';
  readonly finalRequires: 'closure' | 'first-level';
  /** What is really wrong in the tree. */
  readonly faults: readonly string[];
}

const cosTrees: readonly CosTree[] = [
  { commit: 'e62a491af', packages: 19, engine: 'helm', finalRequires: 'first-level', faults: [] },
  { commit: 'e774dff42', packages: 72, engine: 'luet', finalRequires: 'closure', faults: [] },
  {
    commit: 'ef23b5a84',
    packages: 75,
    engine: 'luet',
    finalRequires: 'closure',
    // The package was removed from the tree, the requirement of the backported installer was not.
    faults: ['packages/backports/installer/definition.yaml:18 LUET_UNKNOWN_PACKAGE system/cos-config'],
  },
];

const TREE = 'packages';
const VALUES = 'values';

/** `repository`: a checkout or a git directory. Errors: it is none. */
export async function cosTreeSuites(repository: string): Promise<Suite[]> {
  return await Promise.all(cosTrees.map((one) => suiteOf(repository, one)));
}

async function suiteOf(repository: string, expected: CosTree): Promise<Suite> {
  const file = `cOS-toolkit ${expected.commit}`;
  const git = openGitTree(repository, expected.commit, [TREE, VALUES]);
  if (git === undefined) return { file, vectors: [{ name: 'commit', check: () => [{ what: 'commit', expected: 'in the repository', found: 'nothing' }] }] };
  const tree = await loadTree({ roots: [TREE], reader: git });
  const names = git.names(VALUES).filter((name) => name.endsWith('.yaml')).toSorted();
  const files = await Promise.all(names.map(async (name) => ({ file: `${VALUES}/${name}`, text: await git.readFile(`${VALUES}/${name}`) })));
  return {
    file,
    vectors: [
      { name: `loads to ${expected.packages} packages`, check: () => [...compare('packages', expected.packages, tree.packages.length), ...compare('problems', [], tree.problems.map(formatProblem))] },
      { name: 'has values files', check: () => compare('values files', true, files.length > 0) },
      ...files.flatMap((values) => checksOf({ expected, git, tree, values })),
    ],
  };
}

interface Subject {
  readonly expected: CosTree;
  readonly git: GitTree;
  readonly tree: Tree;
  readonly values: SourceText;
}

function checksOf(subject: Subject): Vector[] {
  const { file } = subject.values;
  return [
    { name: `every recipe renders with ${file}`, check: () => checkRendering(subject) },
    { name: `validation with ${file} finds what is wrong and nothing else`, check: () => checkValidation(subject) },
    { name: `every package has a tag with ${file}`, check: () => checkTags(subject) },
  ];
}

function checkRendering(subject: Subject): Mismatch[] {
  const { rendered } = planPackages({ ...optionsOf(subject), targets: [] });
  const failed = rendered.flatMap((one) => one.problems.map(formatProblem));
  return [...compare('rendered', subject.expected.packages, rendered.filter((one) => !one.isFailed).length), ...compare('problems', [], failed)];
}

async function checkValidation(subject: Subject): Promise<Mismatch[]> {
  const { problems } = await validateTree({ ...optionsOf(subject), values: [subject.values], reader: subject.git });
  return compare('problems', subject.expected.faults, problems.map(({ file, line, code, wanted }) => `${file ?? ''}:${line ?? ''} ${code}${wanted === undefined ? '' : ` ${wanted}`}`));
}

async function checkTags(subject: Subject): Promise<Mismatch[]> {
  const plan = planPackages({ ...optionsOf(subject), targets: 'all' });
  const { tags, problems } = await tagPlan({ plan, reader: subject.git });
  const wrong = [...tags].filter(([, { chain }]) => chain.length === 0 || chain.some(({ packageHash }) => !/^[0-9a-f]{64}$/.test(packageHash))).map(([name]) => name);
  return [...compare('tags', subject.expected.packages, tags.size), ...compare('no tags', [], wrong), ...compare('problems', [], problems.map(formatProblem))];
}

function optionsOf({ expected, tree, values }: Subject): Omit<PlanPackagesOptions, 'targets'> {
  const { engine, finalRequires } = expected;
  return { tree, values: [readValues(values.text, values.file).values], merge: 'luet', finalRequires, render: createGoTemplateRender({ engine }) };
}
