// Variables of the environment: only those that are declared, and only what is asked for counts.
import { describe, expect, it } from 'vitest';
import { createGoTemplateRender, formatProblem, planPackages } from '../../src/index.ts';
import { memoryTree } from '../rig/memory-tree.ts';

async function plan(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const tree = await memoryTree({ 'p/definition.yaml': 'category: t\nname: p\nversion: "1.0"\n', ...files });
  const { packages, problems, warnings } = planPackages({ tree, targets: 'all', render: createGoTemplateRender({ env }) });
  return { one: packages[0]!, problems, warnings: warnings.map(formatProblem) };
}

describe('a declared variable', () => {
  it('is seen, and noted with its value by the package that asks for it', async () => {
    const recipe = 'image: base\nsteps:\n- echo {{ env "COLOUR" }} {{ expandenv "$SHAPE" }}\n';
    const { one, problems, warnings } = await plan({ 'p/build.yaml': recipe }, { COLOUR: 'green', SHAPE: '', OTHER: 'x' });
    expect([...problems, ...warnings]).toEqual([]);
    expect(one.spec.steps).toEqual(['echo green']);
    expect([...one.variables]).toEqual([['COLOUR', 'green'], ['SHAPE', '']]);
  });

  it('is not noted where nobody asks, even when it is there', async () => {
    const { one } = await plan({ 'p/build.yaml': 'image: base\nsteps:\n- {{ if .Values.never }}{{ env "COLOUR" }}{{ end }}true\n' }, { COLOUR: 'green' });
    expect([...one.variables]).toEqual([]);
  });
});

describe('a variable that is not declared', () => {
  it('reads as empty, with a warning at the place that asks', async () => {
    const { one, problems, warnings } = await plan({ 'p/build.yaml': 'image: base\nsteps:\n- echo "[{{ env "HOME" }}]"\n' });
    expect(problems).toEqual([]);
    expect(one.spec.steps).toEqual(['echo "[]"']);
    expect([...one.variables]).toEqual([]);
    expect(warnings).toEqual([
      'tree/p/build.yaml:3:18: LUET_UNDECLARED_VARIABLE: the template asks for the variable "HOME", which is not declared and reads as empty (declare it, or give what it holds as a value)',
    ]);
  });

  it('is found in a shared template; once, however many ask', async () => {
    const files = {
      'templates/a.yaml': '{{ define "who" }}\n{{ expandenv "${USER}" }}{{ end }}',
      'p/build.yaml': 'image: base\nsteps:\n- echo {{ include "who" . }}{{ include "who" . }}\n',
      'q/definition.yaml': 'category: t\nname: q\nversion: "1.0"\n',
      'q/build.yaml': 'image: base\nsteps:\n- echo {{ include "who" . }}\n',
    };
    expect((await plan(files)).warnings).toEqual([expect.stringMatching(/^tree\/templates\/a\.yaml:2:17: LUET_UNDECLARED_VARIABLE: .*"USER"/)]);
  });
});
