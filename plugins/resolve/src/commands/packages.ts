import { defineCommand } from '@cos/core';
import { findDependents, formatReference, isError, listPackages, renderTree, selectPackages, type Dependent, type ListedPackage, type RenderedPackage } from '@cos/luet';
import { toDiagnostics } from '../diagnostic.ts';
import { hasErrors, openTrees, unique, type OpenedTrees } from './open-trees.ts';
import { treeParameters, treeVariables } from './parameters.ts';
import { headingOf, idOf, pathIn } from './show.ts';

/** What there is in the trees, and who needs what. */
export const packages = defineCommand({
  description: 'list the packages of the trees, or those that need a package',
  config: 'optional',
  env: treeVariables,
  parameters: {
    revdeps: { type: 'list', description: 'only the packages that need this one, directly or through others, for building or at run time' },
    json: { type: 'flag', description: 'print JSON, for programs' },
    ...treeParameters,
  },
  async handle(context) {
    const { args, cwd, print, tell } = context;
    const { opened, problems } = await openTrees(context);
    tell(problems);
    if (hasErrors(problems)) return 2;
    const results = opened.map((trees) => ({ trees, ...listTrees(trees, args) }));
    const told = unique(results.flatMap((one) => one.problems));
    tell(told);
    if (args.json) print(JSON.stringify({ packages: results.flatMap(({ trees, listed }) => listed.map((one) => ({ ...trees.variant, ...describe(one, cwd) }))) }, null, 2));
    else for (const { trees, listed } of results) for (const line of [...headingOf(trees, opened), ...rowsOf(listed)]) print(line);
    return hasErrors(told) ? 2 : 0;
  },
});

interface Listed {
  readonly one: ListedPackage;
  /** Only with --revdeps. */
  readonly because: Dependent | undefined;
}

function listTrees(trees: OpenedTrees, args: { readonly revdeps: readonly string[] }) {
  const rendered = renderTree(trees);
  // A recipe that cannot be rendered is no reason not to list its package.
  const broken = toDiagnostics(rendered.flatMap((one) => one.problems).filter(isError)).map((one) => ({ ...one, severity: 'warning' as const }));
  const all = listPackages(rendered);
  if (args.revdeps.length === 0) return { listed: all.map((one): Listed => ({ one, because: undefined })), problems: [...toDiagnostics(trees.tree.problems), ...broken] };
  const { packages: asked, problems } = selectPackages({ rendered, targets: args.revdeps, matching: trees.matching });
  return { listed: listDependents({ rendered, all, asked, trees }), problems: [...toDiagnostics([...trees.tree.problems, ...problems]), ...broken] };
}

/** Each dependent once, with the first reason that was found. */
function listDependents({ rendered, all, asked, trees }: { readonly rendered: readonly RenderedPackage[]; readonly all: readonly ListedPackage[]; readonly asked: readonly RenderedPackage[]; readonly trees: OpenedTrees }): readonly Listed[] {
  const found = findDependents({ rendered, of: asked.map((one) => one.package.fingerprintName), transitive: true, matching: trees.matching });
  const reasons = new Map(found.toReversed().map((dependent) => [dependent.fingerprintName, dependent]));
  return all.flatMap((one) => {
    const because = reasons.get(one.fingerprintName);
    return because === undefined ? [] : [{ one, because }];
  });
}

function rowsOf(listed: readonly Listed[]): readonly string[] {
  const rows = listed.map(({ one, because }) => [idOf(one), because === undefined ? [one.hidden ? '(hidden)' : '', one.of === undefined ? '' : `(part of ${one.of})`, one.description].filter((text) => text !== '').join(' ') : `needs ${formatReference(because.reference)}${because.when === 'build' ? '' : ' at run time'}`] as const);
  const width = Math.max(0, ...rows.map(([id]) => id.length));
  return rows.map(([id, what]) => `${id.padEnd(width)}  ${what}`.trimEnd());
}

function describe({ one, because }: Listed, cwd: string) {
  const { category, name, version, description, hidden, kind, of, archive, file, dir, buildRequires, runtimeRequires, provides, conflicts, labels } = one;
  return {
    name,
    category,
    version,
    ...(dir === undefined ? {} : { path: pathIn(cwd, dir) }),
    file: pathIn(cwd, file),
    description,
    hidden,
    kind: kind ?? 'broken',
    ...(of === undefined ? {} : { of }),
    ...(archive === undefined ? {} : { archive }),
    buildRequires,
    runtimeRequires,
    provides,
    conflicts,
    labels,
    ...(because === undefined ? {} : { needs: { package: because.of, reference: formatReference(because.reference), when: because.when } }),
  };
}
