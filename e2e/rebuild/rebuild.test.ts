import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCos, runTarget, startCos } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// A second build of what somebody else has built, by the real engine: from the statement beside it to the same bytes, or to the file that is another.

let workspace: Workspace;
const env = { COS_PASSWORD: 'secret' };

beforeAll(async () => {
  workspace = makeWorkspace(join(import.meta.dirname, '../incremental/project'), { keep: true });
  writeTinyBase(workspace.path('base.tar'));
  expect((await runCos(workspace, ['keys'], { env })).exitCode).toBe(0);
  const signed = await runCos(workspace, ['run', 'sign'], { env });
  expect([signed.exitCode, signed.stderr]).toEqual([0, '']);
});
afterAll(() => removeWorkspace(workspace));

/** The sources and what was built of them, in another folder, as somebody has them who has built nothing. */
function cleanCheckout(): Workspace {
  const clean = makeWorkspace(workspace.folder);
  cpSync(workspace.path('build'), clean.path('build'), { recursive: true });
  return clean;
}

const scratchOf = (clean: Workspace): readonly string[] => (existsSync(clean.path('.cos/scratch')) ? readdirSync(clean.path('.cos/scratch')) : []);

interface Report {
  readonly identical: boolean;
  readonly steps: { readonly origins: readonly { readonly task: string; readonly outputs: readonly { readonly kind: string; readonly after: string }[]; readonly files: readonly { readonly path: string; readonly properties: readonly string[] }[] }[]; readonly followed: readonly { readonly task: string }[] };
  readonly files: readonly { readonly within: readonly string[]; readonly path: string; readonly properties: readonly string[] }[];
}

test('a second build in a clean workspace gives the same ISO, of a statement that is signed', async () => {
  const clean = cleanCheckout();
  const again = await runCos(clean, ['rebuild', 'build/tiny-os.iso', '--key', 'cos.pub', '--keep', 'second']);
  expect([again.exitCode, again.stdout]).toEqual([0, expect.stringMatching(/^identical: build\/tiny-os\.iso\n\d+ steps were done again, and each made what build\/tiny-os\.iso\.intoto\.jsonl says, which is signed by the owner of cos\.pub\.\n$/)]);
  expect(again.stderr).toMatch(/built +docker-build\.image#app\/service@1\.0 /);
  expect(again.stderr).toMatch(/Done in .*: \d+ built\.\n$/);
  expect(readFileSync(clean.path('second/tiny-os.iso')).equals(readFileSync(clean.path('build/tiny-os.iso')))).toBe(true);
  expect(scratchOf(clean)).toEqual([]);
});

test('one planted difference is named: the package, the file, and where it is on the medium and in the repository', async () => {
  const recipe = workspace.path('packages/service/build.yaml');
  writeFileSync(recipe, readFileSync(recipe, 'utf8').replace('chmod 0755 /usr/bin/service', 'chmod 0755 /usr/bin/service && cat /proc/sys/kernel/random/uuid > /usr/bin/service.id'));
  await runTarget(workspace, 'attest');
  const clean = cleanCheckout();
  const iso = await runCos(clean, ['rebuild', 'build/tiny-os.iso']);
  expect([iso.exitCode, iso.stdout]).toEqual([
    1,
    expect.stringMatching(
      /^different: build\/tiny-os\.iso\ndocker-build\.image#app\/service@1\.0 made something else of the same inputs.*\n  app\/service@1\.0: usr\/bin\/service\.id  content \w{12} -> \w{12}\n6 steps followed: .*\nbuild\/tiny-os\.iso:\n  rootfs\.squashfs: usr\/bin\/service\.id  content \w{12} -> \w{12}\n$/,
    ),
  ]);
  const repository = await runCos(clean, ['rebuild', 'build/repository', '--json']);
  const { identical, steps, files }: Report = JSON.parse(repository.stdout);
  expect([repository.exitCode, identical, steps.origins.map(({ task }) => task)]).toEqual([1, false, ['docker-build.image#app/service@1.0']]);
  expect(steps.origins[0]?.files).toMatchObject([{ path: 'usr/bin/service.id', properties: ['content'] }]);
  expect(files).toContainEqual(expect.objectContaining({ within: ['service-app-1.0.package.tar.zst'], path: 'usr/bin/service.id', properties: ['content'] }));
  // The image of the second build is in nobody's way.
  const after = steps.origins[0]?.outputs.find(({ kind }) => kind === 'container-image')?.after ?? '';
  expect(after).toMatch(/^sha256:/);
  expect(spawnSync('docker', ['image', 'inspect', `cos/store:${after.slice('sha256:'.length)}`]).status).not.toBe(0);
  expect(scratchOf(clean)).toEqual([]);
});

test('a build that is killed leaves nothing that the next one does not remove; other sources are refused before anything is built', async () => {
  const clean = cleanCheckout();
  const { child, done } = startCos(clean, ['rebuild', 'build/tiny-os.iso']);
  let told = '';
  child.stderr?.on('data', (text: string) => (told += text));
  while (!told.includes('running   docker-build.image') && child.exitCode === null) await setTimeout(50);
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  expect((await done).signal).toBe('SIGKILL');
  expect(scratchOf(clean)).not.toEqual([]);

  writeFileSync(clean.path('packages/service/service.sh'), '#!/bin/sh\necho other\n');
  const refused = await runCos(clean, ['rebuild', 'build/tiny-os.iso']);
  expect([refused.exitCode, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('error COS_ATTEST_WORKSPACE: Expected the workspace that build/tiny-os.iso.provenance.json was written of; one thing is different, so that other bytes would be no wonder.\n  note: source packages/service: its content is another\n');
  expect(refused.stderr).not.toContain('running');
  expect(scratchOf(clean)).toEqual([]);
});
