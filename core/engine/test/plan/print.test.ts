import { expect, test } from 'vitest';
import { printDot, printMermaid, printPlan, printTree } from '../../src/plan/print.ts';
import { createWorkspace, planConfig } from '../../src/testing.ts';
import { configOf } from '../rig/config.ts';

async function diamond() {
  await using workspace = await createWorkspace({ 'a.txt': '' });
  const run = (use: any, name: string, ...files: readonly unknown[]) => use.shell.run({ name, inputs: { files }, options: { command: 'true' } }).out;
  const config = configOf({
    t: {
      description: 'x',
      plan: ({ use, source }) => {
        const base = run(use, 'base', source('a.txt'));
        return { 'top.txt': run(use, 'top', run(use, 'left', base), run(use, 'right', run(use, 'middle', base))) };
      },
    },
  });
  const { plan } = await planConfig(config, { workspace: workspace.path });
  return plan!;
}

test('a plan as text', async () => {
  expect(printPlan(await diamond())).toMatchInlineSnapshot(`
    "Tasks (5)
      shell.run#base
          files: a.txt
      shell.run#left
          files: shell.run#base:out
      shell.run#middle
          files: shell.run#base:out
      shell.run#right
          files: shell.run#middle:out
      shell.run#top
          files: shell.run#left:out
          files: shell.run#right:out

    Outputs
      build/top.txt  from shell.run#top:out"
  `);
});

test('a plan as a tree, in which what stands above is not repeated', async () => {
  expect(printTree(await diamond())).toMatchInlineSnapshot(`
    "shell.run#top
    ├─ shell.run#left
    │  └─ shell.run#base
    └─ shell.run#right
       └─ shell.run#middle
          └─ shell.run#base"
  `);
});

test('a plan for Graphviz and for Mermaid', async () => {
  const plan = await diamond();
  expect(printDot(plan)).toMatchInlineSnapshot(`
    "digraph plan {
      rankdir=LR;
      node [shape=box];
      "shell.run#base";
      "shell.run#left";
      "shell.run#base" -> "shell.run#left";
      "shell.run#middle";
      "shell.run#base" -> "shell.run#middle";
      "shell.run#right";
      "shell.run#middle" -> "shell.run#right";
      "shell.run#top";
      "shell.run#left" -> "shell.run#top";
      "shell.run#right" -> "shell.run#top";
    }"
  `);
  expect(printMermaid(plan)).toMatchInlineSnapshot(`
    "flowchart LR
      t0["shell.run#base"]
      t1["shell.run#left"]
      t0 --> t1
      t2["shell.run#middle"]
      t0 --> t2
      t3["shell.run#right"]
      t2 --> t3
      t4["shell.run#top"]
      t1 --> t4
      t3 --> t4"
  `);
});
