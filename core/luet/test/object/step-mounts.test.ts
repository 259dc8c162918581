// Steps with mounts that objects declare, and the mounts that the text of a step asks for.
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { formatProblem, loadTree, planPackages, readPackageObject, readStepMounts, tagPlan, validateTree, type StepObject } from '../../src/index.ts';
import { memoryReader } from '../rig/memory-tree.ts';
import { render } from '../rig/render.ts';

const at = { file: 'cos.config.ts', line: 3, column: 7 };
const identity = { category: 't', name: 'a', version: '1.0', image: 'debian:12' };

function stepsOf(steps: readonly unknown[]): readonly string[] {
  const { one, problems, recipeProblems } = readPackageObject({ ...identity, steps }, at);
  expect([...problems, ...recipeProblems].map(formatProblem)).toEqual([]);
  return one?.spec.steps ?? [];
}

async function problemsOf(step: unknown): Promise<readonly string[]> {
  const tree = await loadTree({ roots: ['tree'], reader: memoryReader({ 'tree/README': '' }), objects: [{ data: { ...identity, steps: ['make', step] }, at }] });
  const { problems } = await validateTree({ tree, render });
  return problems.map((problem) => formatProblem(problem).replace('cos.config.ts:3:7 ', ''));
}

describe('a step with mounts', () => {
  it('becomes the text behind RUN, and a text stays as it is', () => {
    const steps: readonly (string | StepObject)[] = [
      'make',
      { run: 'make install' },
      { run: 'zypper install gcc', mounts: [{ type: 'cache', target: '/var/cache/zypp' }, { type: 'cache', target: '/var/lib/apt', id: 'apt-lists', sharing: 'locked' }] },
      { run: 'fetch --key /etc/key', mounts: [{ type: 'secret', id: 'key', target: '/etc/key' }, { type: 'tmpfs', target: '/tmp/work' }] },
      { run: 'fetch < /run/secrets/key', mounts: [{ type: 'secret', id: 'key' }] },
    ];
    expect(stepsOf(steps)).toEqual([
      'make',
      'make install',
      '--mount=type=cache,target=/var/cache/zypp --mount=type=cache,target=/var/lib/apt,id=apt-lists,sharing=locked zypper install gcc',
      '--mount=type=secret,id=key,target=/etc/key,required=true --mount=type=tmpfs,target=/tmp/work fetch --key /etc/key',
      '--mount=type=secret,id=key,target=/run/secrets/key,required=true fetch < /run/secrets/key',
    ]);
  });

  it('has a secret as a variable of its command only', () => {
    expect(stepsOf([{ run: 'fetch --token "$TOKEN"', mounts: [{ type: 'secret', id: 'api.token', env: 'TOKEN' }] }])).toEqual([
      '--mount=type=secret,id=api.token,target=/run/secrets/api.token,required=true export TOKEN="$(cat /run/secrets/api.token)"; fetch --token "$TOKEN"',
    ]);
  });

  it('is the package that a folder with that text makes, with its tag', async () => {
    const written = '--mount=type=cache,target=/c make';
    const tagOf = async (steps: readonly unknown[]) => {
      const reader = memoryReader({ 'tree/README': '' });
      const tree = await loadTree({ roots: ['tree'], reader, objects: [{ data: { ...identity, steps }, at }] });
      const plan = planPackages({ tree, targets: 'all', render });
      return tagPlan({ plan, reader: { ...reader, readBytes: async (file) => Buffer.from(await reader.readFile(file)) } });
    };
    const text = await tagOf([written]);
    expect(await tagOf([{ run: 'make', mounts: [{ type: 'cache', target: '/c' }] }])).toEqual(text);
    expect(await tagOf(['make'])).not.toEqual(text);
  });

  it('is refused with the field where it cannot be used', async () => {
    expect(await problemsOf({ run: ' ', mounts: 'cache' })).toMatchInlineSnapshot(`
      [
        "(steps[1] of t/a@1.0): LUET_MISSING_KEY: steps[1] has no command; expected run",
        "(steps[1].mounts of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts must be a list; expected a list; found text",
      ]
    `);
    expect(await problemsOf({ command: 'make' })).toMatchInlineSnapshot(`
      [
        "(steps[1] of t/a@1.0): LUET_MISSING_KEY: steps[1] has no command; expected run",
        "(steps[1].command of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "command" in a step; found command (known fields: run, mounts)",
      ]
    `);
    expect(await problemsOf({ run: 'make', mounts: [{ type: 'cache' }, { type: 'ssh' }, {}, 'cache', { type: 'tmpfs', target: '/a', size: '64m' }] })).toMatchInlineSnapshot(`
      [
        "(steps[1].mounts[0] of t/a@1.0): LUET_MISSING_KEY: steps[1].mounts[0] has no target",
        "(steps[1].mounts[4].size of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "size" in a mount of type tmpfs; found size (known fields: type, target)",
        "(steps[1].mounts[1].type of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[1].type is no type of mounts; expected one of cache, secret, tmpfs; found ssh",
        "(steps[1].mounts[2] of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[2] is no type of mounts; expected one of cache, secret, tmpfs; found nothing",
        "(steps[1].mounts[3] of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[3] must be an object; expected an object; found text",
      ]
    `);
    expect(await problemsOf({ run: 'make', mounts: [{ type: 'cache', target: '/a/../b' }, { type: 'cache', target: '/', sharing: 'all' }, { type: 'tmpfs', target: '/a,from=x' }, { type: 'cache', target: 'a', id: 'a b' }] })).toMatchInlineSnapshot(`
      [
        "(steps[1].mounts[0].target of t/a@1.0): LUET_BAD_PATH: steps[1].mounts[0].target is no place for a mount; expected an absolute path below "/", of letters, digits and . _ @ % + : -; found /a/../b",
        "(steps[1].mounts[1].target of t/a@1.0): LUET_BAD_PATH: steps[1].mounts[1].target is no place for a mount; expected an absolute path below "/", of letters, digits and . _ @ % + : -; found /",
        "(steps[1].mounts[2].target of t/a@1.0): LUET_BAD_PATH: steps[1].mounts[2].target is no place for a mount; expected an absolute path below "/", of letters, digits and . _ @ % + : -; found /a,from=x",
        "(steps[1].mounts[3].target of t/a@1.0): LUET_BAD_PATH: steps[1].mounts[3].target is no place for a mount; expected an absolute path below "/", of letters, digits and . _ @ % + : -; found a",
        "(steps[1].mounts[1].sharing of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[1].sharing cannot be used; expected one of shared, private, locked; found all",
        "(steps[1].mounts[3].id of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[3].id cannot be used; expected letters, digits and . _ -; found a b",
      ]
    `);
    expect(await problemsOf({ run: '["make"]', mounts: [{ type: 'secret', id: 'x', env: 'A' }, { type: 'secret', id: '../x', env: 'A-B', target: '/x' }, { type: 'secret', env: 'A' }] })).toMatchInlineSnapshot(`
      [
        "(steps[1].mounts[2] of t/a@1.0): LUET_MISSING_KEY: steps[1].mounts[2] has no id",
        "(steps[1] of t/a@1.0): LUET_WRONG_TYPE: steps[1] has a secret as variable and no shell that could set it; expected a command of the shell; found ["make"]",
        "(steps[1].mounts[1] of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[1] has both "env" and "target"; expected one of them",
        "(steps[1].mounts[1].env of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[1].env cannot be used; expected the name of a variable; found A-B",
        "(steps[1].mounts[1].id of t/a@1.0): LUET_WRONG_TYPE: steps[1].mounts[1].id cannot be used; expected letters, digits and . _ -; found ../x",
      ]
    `);
  });

  it('never says more than its fields do, whatever they hold', () => {
    const text = fc.oneof(fc.constantFrom('/a', 'id', '/a,from=x', '/a --mount=type=bind', '$HOME', '/a\n', '"', "'"), fc.string({ unit: 'binary', maxLength: 8 }));
    const mostly = (...sound: readonly string[]) => fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...sound) }, { weight: 1, arbitrary: text });
    const mount = fc.oneof(
      fc.record({ type: fc.constant('cache'), target: mostly('/a', '/b/c'), id: mostly('id', 'a.b'), sharing: mostly('locked') }, { requiredKeys: ['type', 'target'] }),
      fc.record({ type: fc.constant('secret'), id: mostly('id', 'a.b'), target: mostly('/a') }, { requiredKeys: ['type', 'id'] }),
      fc.record({ type: fc.constant('secret'), id: mostly('id', 'a.b'), env: mostly('A') }),
      fc.record({ type: fc.constant('tmpfs'), target: mostly('/a') }),
    );
    fc.assert(
      fc.property(fc.array(mount, { minLength: 1, maxLength: 3 }), (mounts) => {
        const { one, problems, recipeProblems } = readPackageObject({ ...identity, steps: [{ run: 'make', mounts }] }, at);
        if ([...problems, ...recipeProblems].some(({ severity }) => severity === 'error')) return;
        const read = readStepMounts(one?.spec.steps[0] ?? '');
        expect(read.map(({ type, from }) => ({ type, from }))).toEqual(mounts.map(({ type }) => ({ type, from: undefined })));
      }),
    );
  });
});

describe('the text of a step', () => {
  it('tells its mounts with what the flags leave open', () => {
    expect(readStepMounts('--mount=type=secret,id=a --network=none --mount=target=/x,from=debian,type=bind \\\n  --mount=type=cache,dst=/c make --mount=no')).toEqual([
      { type: 'secret', id: 'a', target: '/run/secrets/a', from: undefined },
      { type: 'bind', id: undefined, target: '/x', from: 'debian' },
      { type: 'cache', id: '/c', target: '/c', from: undefined },
    ]);
    expect(readStepMounts('--mount=type=secret,target=/etc/key make')).toEqual([{ type: 'secret', id: 'key', target: '/etc/key', from: undefined }]);
  });

  it('has none where its command has one', () => {
    expect(readStepMounts('mount --mount=x')).toEqual([]);
    expect(readStepMounts('')).toEqual([]);
  });
});
