import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load-config.ts';
import { printDiagnostics } from '../../src/errors/print-diagnostic.ts';
import { defineDerivative } from '../../src/index.ts';
import { createWorkspace, type AnyConfig, type TemporaryWorkspace } from '../../src/testing.ts';
import { configOf, preset } from '../rig/config.ts';

async function resolveValues(workspace: TemporaryWorkspace, config: AnyConfig, request: { readonly set?: readonly string[]; readonly values?: readonly string[] } = {}) {
  const loaded = await resolveConfig(config, workspace.join('cos.config.ts'), { cwd: workspace.path, values: request.values ?? [], set: request.set ?? [], derivatives: [], platforms: [] });
  return { variants: loaded.config?.variants ?? [], text: printDiagnostics(loaded.diagnostics, { workspace: workspace.path, color: false }) };
}

test('layers are overlaid in order: preset, platform, values files, derivative, --values, --set', async () => {
  await using workspace = await createWorkspace({ 'one.yaml': 'a: file\nb: file\nc: file\nd: file\n', 'cli.yaml': 'c: cli\nd: cli\n' });
  const derivative = defineDerivative({ name: 'sample', from: preset, platforms: ['linux/arm64'], trees: [], valuesFiles: ['one.yaml'], values: { b: 'own', c: 'own', d: 'own', boot: { timeout: 1 } } });
  const { variants, text } = await resolveValues(workspace, configOf({}, { derivatives: [derivative] }), { values: ['cli.yaml'], set: ['d=set'] });
  expect(text).toBe('');
  expect(variants[0]?.values).toEqual({ kernel: 'arm', boot: { timeout: 1, console: 'ttyAMA0' }, packages: ['a', 'b'], a: 'file', b: 'own', c: 'cli', d: 'set' });
});

test('values are frozen to the bottom', async () => {
  await using workspace = await createWorkspace();
  const { variants } = await resolveValues(workspace, configOf({}));
  const values = variants[0]?.values ?? {};
  expect(Object.isFrozen(values)).toBe(true);
  expect(Object.isFrozen(values['boot'])).toBe(true);
  expect(Object.isFrozen(values['packages'])).toBe(true);
});

test('a values file that is not YAML is shown with the place', async () => {
  await using workspace = await createWorkspace({ 'bad.yaml': 'a: 1\nb: [1, 2\nc: 3\n' });
  const { text } = await resolveValues(workspace, configOf({}), { values: ['bad.yaml'] });
  expect(text).toMatchInlineSnapshot(`
    "error COS_CONFIG_VALUES: The file is not valid YAML: deficient indentation.
      at bad.yaml:3:1
          1 | a: 1
          2 | b: [1, 2
        > 3 | c: 3
            | ^"
  `);
});

test('a template expression in a values file is explained', async () => {
  await using workspace = await createWorkspace({ 'bad.yaml': 'a: {{ .Values.x }}\n' });
  const { text } = await resolveValues(workspace, configOf({}), { values: ['bad.yaml'] });
  expect(text).toMatchInlineSnapshot(`
    "error COS_CONFIG_VALUES: The file is not valid YAML: object-based map does not support complex keys.
      at bad.yaml:1:1
        > 1 | a: {{ .Values.x }}
            | ^
      hint: Line 1 has a template expression: values files are plain YAML, templates stand in the files that use them."
  `);
});

test('problems of values are shown together, once for all variants', async () => {
  await using workspace = await createWorkspace({ 'list.yaml': '- a\n' });
  const derivative = defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: [], values: { run: () => 1 } });
  const { text } = await resolveValues(workspace, configOf({}, { derivatives: [derivative] }), { values: ['list.yaml', 'gone.yaml'], set: ['kernle=x', 'boot=text', 'x'] });
  expect(text.replaceAll(/ at \S*values\.test\.ts:\d+:\d+(?:\n {4}.*)*/g, ' at <test>')).toMatchInlineSnapshot(`
    "warning COS_CONFIG_SET_UNKNOWN: --set kernle=x adds the new key "kernle" to the values.
      hint: Did you mean "kernel"?

    warning COS_CONFIG_VALUES_TYPE: --set boot=text replaces the value "boot", a map, by "text".
      hint: Overlays change maps key by key; templates that expect the other form fail later.

    error COS_CONFIG_VALUES: Expected a map as values of values file "list.yaml"; found ["a"].
      at list.yaml:1
        > 1 | - a

    error COS_CONFIG_UNREADABLE: The values file "gone.yaml" cannot be read: it does not exist.

    error COS_CONFIG_SET: Expected --set path=value; found "x".
      hint: Write for example --set kernel.flavour=rt.

    error COS_CONFIG_VALUES: Expected plain data as values of derivative "sample"; "run" is a value of type function.
      at <test>"
  `);
});
