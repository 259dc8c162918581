import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCos, runTarget } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { checkout, makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

describe("a user's own plugin beside the config", () => {
  let workspace: Workspace;
  beforeAll(() => {
    workspace = makeWorkspace(join(import.meta.dirname, 'project'), { keep: true });
    cpSync(join(import.meta.dirname, '..', 'incremental', 'project', 'packages'), workspace.path('packages'), { recursive: true });
    writeTinyBase(workspace.path('base.tar'));
    writeFileSync(workspace.path('package.json'), JSON.stringify({ private: true, type: 'module' }));
    writeFileSync(
      workspace.path('tsconfig.json'),
      JSON.stringify({ extends: join(checkout, 'tsconfig.base.json'), compilerOptions: { noEmit: true, typeRoots: [join(checkout, 'node_modules/@types')] }, include: ['*.ts'] }),
    );
  });
  afterAll(() => removeWorkspace(workspace));

  test('adds a stage that consumes the ISO, and a target for it', async () => {
    const run = await runTarget(workspace, 'leaflet', '--reader', 'Ada');
    const page = readFileSync(workspace.path('build/leaflet.txt'), 'utf8');
    expect(page).toMatch(/^Hallo Ada, boot COS_LIVE sha256:[0-9a-f]{64}\n$/);
    expect(run.built).toContain('leaflet.page#tiny-os');
    expect((await runTarget(workspace, 'leaflet', '--reader', 'Ada')).built).toEqual([]);
  });

  test('adds a command that the help lists and that builds what it needs', async () => {
    const help = await runCos(workspace, ['list']);
    expect(help.stdout).toContain('leaflet');
    const run = await runCos(workspace, ['leaflet', '--reader', 'Grace']);
    expect(run.exitCode, run.stderr).toBe(0);
    expect(run.stdout).toBe(`leaflet.txt ${workspace.path('build/leaflet.txt')}\n`);
    expect(readFileSync(workspace.path('build/leaflet.txt'), 'utf8')).toContain('Hallo Grace');
  });

  test('is typed in the editor: the project compiles, and wrong uses of the plugin do not', () => {
    const compile = (): string => {
      try {
        execFileSync(join(checkout, 'node_modules/.bin/tsc'), ['--project', workspace.folder, '--pretty', 'false'], { encoding: 'utf8', stdio: 'pipe' });
        return '';
      } catch (error) {
        if (error instanceof Error && 'stdout' in error) return String(error.stdout);
        throw error;
      }
    };
    expect(compile()).toBe('');
    const config = workspace.path('cos.config.ts');
    const good = readFileSync(config, 'utf8');
    const wrong = {
      'an option outside of its enum': good.replace("'Hallo'", "'Moin'"),
      'an option of the wrong type': good.replace('reader: context.params.reader', 'reader: 1'),
      'a stage that is not there': good.replace('context.use.leaflet.page', 'context.use.leaflet.pages'),
      'a missing input': good.replace('inputs: { iso }', 'inputs: {}'),
      'a parameter that is not declared': good.replace('context.params.reader', 'context.params.writer'),
      'a platform that is not one': good.replace("platforms: ['linux/amd64']", "platforms: ['linux/vax']"),
    };
    for (const [what, text] of Object.entries(wrong)) {
      expect(text, what).not.toBe(good);
      writeFileSync(config, text);
      expect(compile(), what).toContain('cos.config.ts');
    }
    writeFileSync(config, good);
  });
});
