import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runCos } from '../rig/cos.ts';
import { checkout, makeWorkspace, type Workspace } from '../rig/workspace.ts';

// Configs that the documents print, as a user would copy them.

const pages = ['README.md', ...readdirSync(join(checkout, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
const configs = pages.flatMap((page) =>
  [...readFileSync(join(checkout, page), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '').filter(isWhole).map((text, index) => ({ name: `${page}, config ${index + 1}`, page, text })),
);

/** Others are parts of a config: the imports are left out. */
function isWhole(text: string): boolean {
  return text.includes("from '@cos/core'") && text.includes('export default defineConfig(');
}

function workspaceOf(text: string): Workspace {
  const empty = mkdtempSync(join(tmpdir(), 'cos-snippet-'));
  const workspace = makeWorkspace(empty);
  rmdirSync(empty);
  cpSync(join(checkout, 'packages'), workspace.path('packages'), { recursive: true });
  mkdirSync(workspace.path('files'), { recursive: true });
  writeFileSync(workspace.path('package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(
    workspace.path('tsconfig.json'),
    JSON.stringify({ extends: join(checkout, 'tsconfig.base.json'), compilerOptions: { noEmit: true, typeRoots: [join(checkout, 'node_modules/@types')] }, include: ['*.ts'] }),
  );
  writeFileSync(workspace.path('cos.config.ts'), text);
  return workspace;
}

describe('configs of the documents', () => {
  test('are there', () => {
    expect(configs.map(({ page }) => page)).toEqual(expect.arrayContaining(['README.md', 'docs/config.md', 'docs/getting-started.md']));
  });

  test.each(configs)('$name compiles', async ({ text }) => {
    const workspace = workspaceOf(text);
    const { stdout } = await promisify(execFile)(process.execPath, [join(checkout, 'node_modules/typescript/bin/tsc'), '-p', workspace.folder]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  test('that declare packages are sound with the tree of this repository', async () => {
    const [config] = configs.filter(({ text }) => text.includes('definePackage'));
    const workspace = workspaceOf(config?.text ?? '');
    const run = await runCos(workspace, ['validate']);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/^\d+ packages: no problems\n$/);
    const recipe = await runCos(workspace, ['render', 'app/clock', '--part', 'recipe']);
    expect(recipe.stdout).toContain('echo debian on linux/amd64 > /etc/clock');
  });
});
