import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plan } from '@cos/core';
import { expect, onTestFinished, test } from 'vitest';
import { runCos } from '../rig/cos.ts';
import { checkout, makeWorkspace } from '../rig/workspace.ts';

// What the pages say of systems from Dockerfiles is taken from them and planned.

const head = `import { defineConfig, defineDerivative } from '@cos/core';
import { standardPlugins, standardTargets } from '@cos/templates';
import { debian } from '@cos/templates/debian';
`;

/** The code blocks of a language below a heading. */
function blocksOf(page: string, heading: string, language: string): readonly string[] {
  const text = readFileSync(join(checkout, 'docs', page), 'utf8');
  const section = text.slice(text.indexOf(`\n## ${heading}\n`)).split(/\n## /)[1] ?? '';
  return [...section.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
}

async function plan(page: string, heading: string): Promise<Plan> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  cpSync(join(checkout, 'packages'), join(folder, 'packages'), { recursive: true });
  const rename = (path: string, from: string, to: string): void => write(path, readFileSync(join(folder, path), 'utf8').replaceAll(from, to));
  rename('packages/sample-os/definition.yaml', 'sample-os', 'my-os');
  rename('packages/sample-service/definition.yaml', 'sample-service', 'my-service');
  rename('packages/sample-os/build.yaml', 'sample-service', 'my-service');
  const [config = ''] = blocksOf(page, heading, 'ts');
  const [dockerfile = ''] = blocksOf(page, heading, 'dockerfile');
  write('cos.config.ts', head + config);
  write('edge/Dockerfile', dockerfile);
  write('edge/etc/motd', 'Welcome.\n');
  const workspace = makeWorkspace(folder);
  const { exitCode, stdout, stderr } = await runCos(workspace, ['plan', 'build-iso', '--derivative', 'edge', '--json']);
  expect([exitCode, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Plan;
}

test('the example of the page of the config is an ISO of the Dockerfile', async () => {
  const { tasks, wanted } = await plan('config.md', 'A system from a Dockerfile');
  const image = tasks.find(({ key }) => key === 'docker-build.dockerfile#edge@edge/amd64');
  expect(image?.inputs['context']?.artifacts).toEqual([{ source: 'edge/etc' }]);
  expect(image?.inputs['images']?.artifacts).toEqual([
    { task: 'docker-build.join#content/system/my-os@0.1.0@base/amd64', output: 'image' },
    { task: 'docker-build.join#content/app/my-service@0.1.0@edge/amd64', output: 'image' },
  ]);
  expect(wanted.flatMap(({ path }) => path ?? [])).toEqual(['edge/amd64/edge.iso', 'edge/amd64/edge.iso.sha256']);
});

test('the example of the first steps is one, too', async () => {
  const { tasks, wanted } = await plan('getting-started.md', 'Or a Dockerfile');
  expect(tasks.map(({ key }) => key)).toContain('docker-build.dockerfile#edge@edge/amd64');
  expect(wanted.flatMap(({ path }) => path ?? [])).toEqual(['edge/amd64/edge.iso', 'edge/amd64/edge.iso.sha256']);
});
