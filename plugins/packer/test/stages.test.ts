import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import { packer } from '../src/index.ts';
import { runPacker } from './rig.ts';

async function workspaceWith(files: Readonly<Record<string, string>>): Promise<TemporaryWorkspace> {
  const workspace = await createWorkspace(files);
  onTestFinished(async () => await workspace.remove());
  return workspace;
}

const options = { name: 'sample-os', iso: 'sample-os.iso' };

test('a template names the ISO by its real digest, and packer accepts it', async () => {
  const workspace = await workspaceWith({ 'a.iso': 'bytes of an ISO' });
  const run = await runStage(packer(), 'template', { workspace, inputs: { iso: { path: workspace.join('a.iso'), meta: { label: 'A' } } }, options });
  expect(run.text).toBe('');
  const text = await readFile(run.outputs.template.path, 'utf8');
  const hex = execFileSync('sha256sum', [workspace.join('a.iso')], { encoding: 'utf8' }).slice(0, 64);
  expect(JSON.parse(text).variable.iso_checksum.default).toBe(`sha256:${hex}`);
  runPacker(text, ['validate']);
  const validated = await runStage(packer(), 'validate', { workspace, inputs: { template: run.outputs.template.path } });
  expect(validated.text).toBe('');
  expect(await readFile(validated.outputs.report.path, 'utf8')).toBe('packer validate: the template is valid\n');
});

test('the platform decides the machine', async () => {
  const workspace = await workspaceWith({ 'a.iso': 'x' });
  const run = await runStage(packer(), 'template', { workspace, platform: 'linux/arm64', inputs: { iso: { path: workspace.join('a.iso'), meta: { label: 'A' } } }, options });
  expect(JSON.parse(await readFile(run.outputs.template.path, 'utf8')).source.qemu.cos).toMatchObject({ qemu_binary: 'qemu-system-aarch64', machine_type: 'virt' });
});

test('a template of the workspace takes the place of the own one', async () => {
  const workspace = await workspaceWith({ 'a.iso': 'x', 'my.hbs': '{"variable": {"n": {"default": {{json name}} } }, "sum": {{json isoChecksum}} }' });
  const inputs = { iso: { path: workspace.join('a.iso'), meta: { label: 'A' } }, source: workspace.join('my.hbs') };
  const run = await runStage(packer(), 'template', { workspace, inputs, options });
  expect(run.text).toBe('');
  expect(JSON.parse(await readFile(run.outputs.template.path, 'utf8'))).toMatchObject({ variable: { n: { default: 'sample-os' } } });
});

test('what packer refuses is told in its own lines', async () => {
  const workspace = await workspaceWith({ 't.json': '{"source": {"qemu": {"x": {"bogus": 1}}}, "build": {"sources": ["source.qemu.x"]}}' });
  const run = await runStage(packer(), 'validate', { workspace, inputs: { template: workspace.join('t.json') } });
  expect(run.failure).toMatchObject({ code: 'COS_PACKER_INVALID', output: expect.arrayContaining([expect.stringContaining('bogus')]) });
  expect(run.text).not.toContain(workspace.path);
});

test('unknown and wrong options are refused before anything runs', async () => {
  const workspace = await workspaceWith({ 'a.iso': 'x' });
  const wrong = JSON.parse('{"name":"../x","iso":"a.iso","memmory":4}');
  const run = await runStage(packer(), 'template', { workspace, inputs: { iso: { path: workspace.join('a.iso'), meta: { label: 'A' } } }, options: wrong });
  expect(run.outcome).toBeUndefined();
  expect(run.text).toContain('"name"');
  expect(run.text).toContain('memory');
});
