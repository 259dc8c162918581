// Problems of a rendered recipe point into the files that people edit.
import { describe, expect, it } from 'vitest';
import { createGoTemplateRender, formatProblem, planPackages, readValues } from '../../src/index.ts';
import type { PackagePlan, Problem } from '../../src/index.ts';
import { memoryTree } from '../rig/memory-tree.ts';

const definition = 'name: "p"\ncategory: "t"\nversion: "1.0"\nlabels: {a: b}\n';

async function plan(files: Readonly<Record<string, string>>, values = ''): Promise<PackagePlan> {
  const tree = await memoryTree({ 'p/definition.yaml': definition, ...files });
  return planPackages({ tree, targets: 'all', values: [readValues(values, 'v.yaml').values], render: createGoTemplateRender() });
}

const first = (problems: readonly Problem[]): string => (problems[0] === undefined ? 'none' : formatProblem(problems[0]));

describe('a template error', () => {
  it('stands in the recipe, whatever the shared templates before it hold', async () => {
    const files = { 'templates/a.yaml': '{{ define "a" }}\n- x\n{{ end }}\n', 'p/build.yaml': 'image: x\nsteps:\n- echo é {{ .Values.missing.deep }}\n' };
    expect(first((await plan(files)).problems)).toMatch(/^tree\/p\/build\.yaml:3:\d+: LUET_RENDER_FAILED: the recipe of p-t-1\.0 cannot be rendered/);
  });

  it('stands in the shared template when it happens there', async () => {
    const files = { 'templates/a.yaml': '# shared\n{{ define "a" }}{{ .missing.deep }}{{ end }}', 'p/build.yaml': 'image: x\nsteps:\n- {{ template "a" . }}\n' };
    expect(first((await plan(files)).problems)).toContain('tree/templates/a.yaml:2:');
  });

  it('is found on the first line of a recipe behind a template without a last line break', async () => {
    const files = { 'templates/a.yaml': '{{ define "a" }}x{{ end }}', 'p/build.yaml': 'image: {{ .Values.no.such }}\n' };
    expect(first((await plan(files)).problems)).toMatch(/^tree\/p\/build\.yaml:1:(?:[1-9]|1\d|2[0-5]): LUET_RENDER_FAILED/);
  });
});

describe('a problem of the rendered text', () => {
  it('moves to the line of the recipe that it comes from', async () => {
    const files = {
      'templates/a.yaml': '{{ define "a" }}\n- x\n{{ end }}\n',
      'p/build.yaml': '{{ if .Values.image }}\nimage: "{{ .Values.image }}"\n{{ end }}\nimgae: y\nsteps:\n- a\n',
    };
    expect(first((await plan(files, 'image: x\n')).problems)).toMatch(/^tree\/p\/build\.yaml:4:1: LUET_UNKNOWN_KEY: unknown key "imgae"/);
  });

  it('says that it counts in the rendered text when no line of the recipe is the one', async () => {
    const { problems } = await plan({ 'p/build.yaml': 'image: x\nunpack: {{ .Values.unpack }}\n' }, 'unpack: sure\n');
    expect(problems).toMatchObject([{ code: 'LUET_WRONG_TYPE', file: 'tree/p/build.yaml', line: 2, column: 9, rendered: true }]);
  });

  it('is a warning when a value is not set and prints <no value>', async () => {
    const { problems, warnings } = await plan({ 'p/build.yaml': '\n\nimage: x\nsteps:\n- echo {{ .Values.nope }} again\n' });
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([{ code: 'LUET_NO_VALUE', file: 'tree/p/build.yaml', line: 5, column: 8 }]);
  });

  it('keeps the places of requirements for later messages', async () => {
    const recipe = '{{ $x := "a" }}\nrequires:\n- name: "nothing"\n  category: "t"\n  version: ">=0"\nsteps:\n- {{ $x }}\n';
    expect(first((await plan({ 'p/build.yaml': recipe })).problems)).toMatch(/^tree\/p\/build\.yaml:3:9: LUET_UNKNOWN_PACKAGE: no package t\/nothing/);
  });
});

describe('values', () => {
  it('reach a recipe that cannot be rendered without them', async () => {
    const { problems, packages } = await plan({ 'p/build.yaml': 'image: {{ .Values.foo.bar }}\n' }, 'foo: {bar: x}\n');
    expect(problems).toEqual([]);
    expect(packages[0]!.spec.image).toBe('x');
  });

  it('change what a template sees as the name, not what the package is', async () => {
    const { packages } = await plan({ 'p/build.yaml': 'image: {{ .Values.name }}\n' }, 'name: evil\n');
    expect(packages[0]).toMatchObject({ name: 'p', spec: { image: 'evil' } });
  });

  it('decide about requirements before anything is solved', async () => {
    const files = {
      'base/definition.yaml': 'name: base\ncategory: t\nversion: "1"\n', 'base/build.yaml': 'image: x\n',
      'p/build.yaml': '{{ if .Values.full }}requires:\n- {name: base, category: t, version: ">=0"}\n{{ else }}image: y\n{{ end }}',
      'top/definition.yaml': 'name: top\ncategory: t\nversion: "1"\n', 'top/build.yaml': 'requires:\n- {name: p, category: t, version: ">=0"}\n',
    };
    const chain = async (values: string): Promise<string[]> =>
      (await plan(files, values)).packages.find((one) => one.name === 'top')!.chain.map((one) => one.fingerprintName);
    expect(await chain('full: true\n')).toEqual(['base-t-1', 'p-t-1.0', 'top-t-1']);
    expect(await chain('full: false\n')).toEqual(['p-t-1.0', 'top-t-1']);
  });
});
