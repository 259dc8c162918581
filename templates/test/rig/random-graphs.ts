import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEntry, writeTar } from '@cos/archive';
import { defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, runConfig, type RanConfig } from '@cos/core/testing';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { standardPlugins, standardTargets } from '../../src/index.ts';
import { sha256 } from './pretend-image.ts';
import { startPretendedEngine, type PretendedBuild } from './pretend-engine.ts';

// Whole builds of random trees, from the recipes to the archives, on an engine whose images tell from what they were built.

interface Node {
  readonly kind: 'image' | 'requires' | 'final' | 'meta';
  readonly requires: readonly number[];
  readonly installs: readonly number[];
  readonly copies: readonly number[];
  readonly steps: number;
  readonly unpack: boolean;
}

const index = fc.nat({ max: 1_000 });
const node: fc.Arbitrary<Node> = fc.record({
  kind: fc.constantFrom<Node['kind'][]>('image', 'requires', 'requires', 'requires', 'final', 'meta'),
  requires: fc.array(index, { maxLength: 3 }),
  installs: fc.array(index, { maxLength: 2 }),
  copies: fc.array(index, { maxLength: 2 }),
  steps: fc.nat({ max: 2 }),
  unpack: fc.boolean(),
});
const graph = fc.array(node, { minLength: 1, maxLength: 30 });

/** The files of a tree in which every package stands on earlier ones only. */
function treeOf(nodes: readonly Node[]): Record<string, string> {
  const files: Record<string, string> = {};
  const withImage: number[] = [];
  for (const [position, one] of nodes.entries()) {
    const pick = (from: readonly number[], picks: readonly number[]) => [...new Set(picks.flatMap((pick) => (from.length === 0 ? [] : [from[pick % from.length]!])))];
    const references = (positions: readonly number[]) => positions.map((other) => ({ category: 't', name: `p${other}`, version: '>=0' }));
    const requires = pick(withImage, one.requires);
    const copy = pick(withImage, one.copies).map((other) => ({ package: { category: 't', name: `p${other}`, version: '>=0' }, source: `/out/p${other}`, destination: `/copied/p${other}` }));
    const own = { prelude: [`put /prelude/p${position}`], steps: [`put /out/p${position}`, ...Array.from({ length: one.steps }, (_, step) => `put /out/p${position}.${step}`)], copy, unpack: one.unpack };
    const isBased = requires.length > 0 && (one.kind === 'requires' || one.kind === 'final');
    const recipe = one.kind === 'meta' ? {} : isBased ? { ...own, requires: references(requires), requires_final_images: one.kind === 'final' } : { ...own, image: 'tiny:1' };
    const folder = `packages/p${position}`;
    files[`${folder}/definition.yaml`] = JSON.stringify({ category: 't', name: `p${position}`, version: '1.0', requires: references(pick([...nodes.keys()].slice(0, position), one.installs)) });
    files[`${folder}/build.yaml`] = one.kind === 'meta' ? '' : JSON.stringify(recipe);
    if (one.kind !== 'meta') withImage.push(position);
  }
  return files;
}

interface Built {
  readonly ran: RanConfig;
  /** Digests of the published files by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly builds: readonly PretendedBuild[];
  readonly containers: number;
}

/** Builds all packages of a tree in an empty workspace on an empty engine. */
async function build(files: Record<string, string>, how: { readonly jobs: number; readonly seed: number; readonly delay: () => number }): Promise<Built> {
  const tar: Uint8Array[] = [];
  for await (const chunk of writeTar([createEntry({ path: 'bin', type: 'directory' }), createEntry({ path: 'bin/sh', mode: 0o755 }, 'shell')])) tar.push(chunk);
  await using engine = await startPretendedEngine({ delay: how.delay });
  await using workspace = await createWorkspace({ ...files, 'base.tar': Buffer.concat(tar).toString('latin1') });
  const tiny = defineDistribution({ name: 'tiny', values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' } }, platforms: { 'linux/amd64': {} } });
  const ran = await runConfig(
    {
      plugins: standardPlugins({ dockerBuild: { socket: engine.socket } }),
      derivatives: [defineDerivative({ name: 'os', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'] })],
      targets: standardTargets({ system: 't/p0', title: 'OS' }),
    },
    { workspace: workspace.path, targets: [{ name: 'build', parameters: { packages: [] } }], jobs: how.jobs, seed: how.seed },
  );
  const folder = join(workspace.path, 'build/packages');
  const names = ran.summary?.exitCode === 0 ? (await readdir(folder)).toSorted() : [];
  const digests = await Promise.all(names.map(async (name) => [name, sha256(await readFile(join(folder, name)))] as const));
  return { ran, files: Object.fromEntries(digests), builds: [...engine.builds], containers: engine.containers() };
}

/** Every task that started before all tasks that it reads from had ended. */
function tooEarly({ plan, events }: RanConfig): readonly string[] {
  const ended = new Set<string>();
  const early: string[] = [];
  for (const event of events) {
    if (event.type === 'task-finished') ended.add(event.task);
    if (event.type !== 'task-started') continue;
    const inputs = plan?.tasks.find(({ key }) => key === event.task)?.inputs ?? {};
    const producers = Object.values(inputs).flatMap(({ artifacts }) => artifacts.flatMap((artifact) => ('task' in artifact ? [artifact.task] : [])));
    if (producers.some((task) => !ended.has(task))) early.push(event.task);
  }
  return early;
}

/**
 * Half of the graphs (`COS_TEST_GRAPHS`, default 200): any tree, built by any number of workers in any order, respects every edge, builds nothing twice and
 * gives the bytes of a sequential build.
 */
export async function checkRandomGraphs(): Promise<void> {
  await fc.assert(
    fc.asyncProperty(graph, fc.integer({ min: 2, max: 8 }), fc.nat(1_000_000), fc.infiniteStream(fc.nat({ max: 4 })), async (nodes, jobs, seed, delays) => {
      const files = treeOf(nodes);
      const one = await build(files, { jobs: 1, seed: 1, delay: () => 0 });
      const many = await build(files, { jobs, seed, delay: () => delays.next().value ?? 0 });
      expect(one.ran.text).toBe('');
      expect(many.ran.text).toBe('');
      expect(Object.keys(one.files)).toHaveLength(nodes.length * 3);
      expect(many.files).toEqual(one.files);
      expect([...tooEarly(one.ran), ...tooEarly(many.ran)]).toEqual([]);
      expect(many.containers).toBe(0);
      const built = many.builds.map(({ inputs }) => inputs);
      expect(built).toHaveLength(new Set(built).size);
      expect(built.toSorted()).toEqual(one.builds.map(({ inputs }) => inputs).toSorted());
    }),
    { numRuns: Math.ceil(Number(process.env['COS_TEST_GRAPHS'] ?? 200) / 2) },
  );
}
