import { describe, expect, test } from 'vitest';
import { defineDerivative } from '../../src/index.ts';
import { configOf, preset } from '../rig/config.ts';
import { once, problemsOf } from '../rig/problems-of.ts';

describe('named outputs', () => {
  const named = (...names: readonly string[]) => configOf({ t: { description: 'x', plan: ({ use }) => Object.fromEntries(names.map((name, index) => [name, use.shell.run({ ...once, name: `t${index}` }).out])) } });

  test('stay below the output folder', async () => {
    expect(await problemsOf(named('../up', '/abs', 'a/../b', 'a?b'))).toMatchInlineSnapshot(`
      "error COS_PLAN_OUTPUT_PATH: Expected a path below "build" as name of an output of target "t"; found "../up".
        at cos.config.ts:1
        hint: Write for example "iso/sample.iso": it appears as build/iso/sample.iso. Names have at most 200 characters, and none of * ? " < > |.

      error COS_PLAN_OUTPUT_PATH: Expected a path below "build" as name of an output of target "t"; found "/abs".
        at cos.config.ts:1
        hint: Write for example "iso/sample.iso": it appears as build/iso/sample.iso. Names have at most 200 characters, and none of * ? " < > |.

      error COS_PLAN_OUTPUT_PATH: Expected a path below "build" as name of an output of target "t"; found "a/../b".
        at cos.config.ts:1
        hint: Write for example "iso/sample.iso": it appears as build/iso/sample.iso. Names have at most 200 characters, and none of * ? " < > |.

      error COS_PLAN_OUTPUT_PATH: Expected a path below "build" as name of an output of target "t"; found "a?b".
        at cos.config.ts:1
        hint: Write for example "iso/sample.iso": it appears as build/iso/sample.iso. Names have at most 200 characters, and none of * ? " < > |."
    `);
  });

  test('lie apart from each other', async () => {
    expect(await problemsOf(named('iso', 'iso/sample.iso'))).toMatchInlineSnapshot(`
      "error COS_PLAN_OUTPUT_COLLISION: Expected outputs apart from each other; found "iso/sample.iso" of shell.run#t1 and "iso" of shell.run#t0.
        at <test>
        note: the other task is made here
        at <test>
        hint: With several derivatives or platforms, put \`scope\` of the context before the paths: \`\${scope}/sample.iso\`."
    `);
  });

  test('of several platforms must differ', async () => {
    const derivatives = [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: [] })];
    expect(await problemsOf({ ...named('a.iso'), derivatives })).toMatchInlineSnapshot(`
      "error COS_PLAN_OUTPUT_COLLISION: Expected outputs apart from each other; found "a.iso" of shell.run#t0@sample/arm64 and "a.iso" of shell.run#t0@sample/amd64.
        at <test>
        note: the other task is made here
        at <test>
        hint: With several derivatives or platforms, put \`scope\` of the context before the paths: \`\${scope}/sample.iso\`."
    `);
  });
});
