import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMachine } from '@cos/machine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cosProgram, runCos, runTarget } from '../rig/cos.ts';
import { checkout, makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// The example of the repository, as a new user builds it: from Debian packages to an ISO that boots. One workspace for the whole file.

describe('the ISO of the example', () => {
  let workspace: Workspace;
  const iso = (): string => workspace.path('build/sample-os.iso');
  beforeAll(async () => {
    const project = join(tmpdir(), `cos-example-${process.pid}`);
    mkdirSync(project);
    try {
      copyFileSync(join(checkout, 'cos.config.ts'), join(project, 'cos.config.ts'));
      cpSync(join(checkout, 'packages'), join(project, 'packages'), { recursive: true });
      workspace = makeWorkspace(project, { keep: true });
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
    const { summary } = await runTarget(workspace, 'build-iso', 'base');
    expect(summary.built).toBeGreaterThan(0);
  });
  afterAll(() => removeWorkspace(workspace));

  test('has a checksum that sha256sum accepts', () => {
    expect(execFileSync('sha256sum', ['--check', 'sample-os.iso.sha256'], { cwd: workspace.path('build'), encoding: 'utf8' })).toBe('sample-os.iso: OK\n');
  });

  test('boots by BIOS until a service of the derivative says so', async () => {
    await expectBoot(iso(), 'bios');
  });

  test('boots by UEFI until a service of the derivative says so', async () => {
    await expectBoot(iso(), 'uefi');
  });

  test('costs nothing the second time: no task runs, no program is started, the container engine is not asked', async () => {
    const trace = workspace.path('trace.txt');
    // A socket that nobody listens on: a question to the engine would fail the run.
    const environment = { ...process.env, DOCKER_HOST: 'unix:///nonexistent/engine.sock', PATH: `${join(checkout, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}` };
    const output = execFileSync('strace', ['--follow-forks', '--quiet=all', '--trace=execve', '--output', trace, cosProgram, 'run', 'build-iso', '--reporter', 'json'], { cwd: workspace.folder, env: environment, encoding: 'utf8' });
    expect(JSON.parse(output.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'summary', cached: 0, built: 0, failed: 0, skipped: 0 });
    const programs = readFileSync(trace, 'utf8')
      .split('\n')
      .flatMap((line) => /execve\("([^"]+)".* = 0$/.exec(line)?.[1] ?? []);
    expect(programs.filter((program) => !/\/(env|node|cos)$/.test(program))).toEqual([]);
  });

  test('is assembled again, and nothing else is, when only its menu title changes', async () => {
    const config = readFileSync(workspace.path('cos.config.ts'), 'utf8');
    writeFileSync(workspace.path('cos.config.ts'), config.replace("title: 'Sample OS'", "title: 'Sample OS', menuTitle: 'Try it'"));
    try {
      expect((await runTarget(workspace, 'build-iso')).built).toEqual(['iso.medium#sample-os', 'sign.isoChecksum#sample-os']);
    } finally {
      writeFileSync(workspace.path('cos.config.ts'), config);
    }
  });

  test('is byte-identical in another workspace that starts from the same base', async () => {
    const first = await runTarget(workspace, 'build-iso', 'create-repo');
    const other = makeWorkspace(workspace.folder);
    copyFileSync(workspace.path('build/base.tar'), other.path('base.tar'));
    const second = await runTarget(other, 'build-iso', 'create-repo', '--set', 'base.from=archive', '--set', 'base.path=base.tar', '--seed', '11');
    const outputs = (run: typeof first): Record<string, unknown> =>
      Object.fromEntries(run.events.flatMap((event) => (event.type === 'task-finished' && event.outputs !== undefined && /^(squash|iso|repo|sign)\./.test(event.task) ? [[event.task, event.outputs]] : [])));
    expect(outputs(second)).toEqual(outputs(first));
    expect(readFileSync(other.path('build/sample-os.iso')).equals(readFileSync(iso()))).toBe(true);
  });

  test('is accounted for: who made it of what is signed, and the list of packages is that of dpkg-query', async () => {
    const env = { COS_PASSWORD: 'secret' };
    expect((await runCos(workspace, ['keys'], { env })).exitCode).toBe(0);
    const signed = await runCos(workspace, ['run', 'sign'], { env });
    expect([signed.exitCode, signed.exitCode === 0 ? '' : signed.stdout]).toEqual([0, '']);
    const verified = await runCos(workspace, ['verify', 'build/sample-os.iso']);
    expect(verified.stdout).toContain('made by urn:cos: target build-iso of sample-os 0.1.0 for linux/amd64\nfrom packages/base, packages/branding, packages/initrd,');
    expect((await runCos(workspace, ['verify', 'build/repository'])).stdout).toContain('target create-repo of sample-os');
    const statement: { readonly subject: readonly { readonly digest: { readonly sha256: string } }[]; readonly predicate: { readonly runDetails: { readonly byproducts: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[] } } } = JSON.parse(Buffer.from(JSON.parse(readFileSync(workspace.path('build/sample-os.iso.intoto.jsonl'), 'utf8')).payload, 'base64').toString());
    const named = [{ name: 'sample-os.iso', ...statement.subject[0] }, ...statement.predicate.runDetails.byproducts].map(({ name, digest }) => `${digest?.sha256}  ${name}\n`);
    expect(named).toHaveLength(3);
    execFileSync('sha256sum', ['--check', '--strict', '-'], { cwd: workspace.path('build'), input: named.join('') });

    execFileSync('xorriso', ['-osirrox', 'on', '-indev', iso(), '-extract', '/rootfs.squashfs', 'rootfs.squashfs'], { cwd: workspace.folder, stdio: 'pipe' });
    execFileSync('unsquashfs', ['-no-progress', '-dest', 'rootfs', 'rootfs.squashfs'], { cwd: workspace.folder, stdio: 'pipe' });
    const asked = execFileSync('dpkg-query', ['--admindir=rootfs/var/lib/dpkg', '--show', '--showformat=${Package} ${Version} ${db:Status-Status}\n'], { cwd: workspace.folder, encoding: 'utf8' });
    const installed = asked.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.slice(0, -' installed'.length)] : []));
    const bill: { readonly components: readonly { readonly name: string; readonly version: string; readonly purl?: string }[] } = JSON.parse(readFileSync(workspace.path('build/sample-os.iso.cdx.json'), 'utf8'));
    const listed = bill.components.flatMap(({ name, version, purl = '' }) => (purl.startsWith('pkg:deb/') ? [`${name} ${version}`] : []));
    expect(installed.length).toBeGreaterThan(100);
    expect(listed.toSorted()).toEqual(installed.toSorted());
    expect(bill.components.map(({ name }) => name)).toEqual(expect.arrayContaining(['system/sample-os', 'system/kernel', 'app/sample-service']));

    const files = await runCos(workspace, ['verify', 'rootfs', '--files', 'build/sample-os.iso.mtree']);
    expect([files.stderr, files.stdout]).toEqual(['', expect.stringMatching(/^good: .*sample-os\.iso\.mtree is signed by the owner of cos\.pub\ngood: rootfs has the \d{4,} paths of /)]);
    writeFileSync(workspace.path('rootfs/etc/hostname'), 'changed');
    const changed = await runCos(workspace, ['verify', 'rootfs', '--files', 'build/sample-os.iso.mtree']);
    expect([changed.exitCode, changed.stderr]).toEqual([1, expect.stringContaining('etc/hostname: ')]);
  });

  test('comes with a Packer template that packer accepts', async () => {
    const run = await runCos(workspace, ['run', 'build-packer']);
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    execFileSync('packer', ['validate', 'sample-os.pkr.json'], { cwd: workspace.path('build'), env: { ...process.env, CHECKPOINT_DISABLE: '1' } });
  });
});

async function expectBoot(path: string, firmware: 'bios' | 'uefi'): Promise<void> {
  const machine = await startMachine({ medium: { kind: 'iso', path }, firmware, memoryMiB: 1536 });
  try {
    await machine.waitFor('COS-READY sample-os 0.1.0', { timeoutMs: 8 * 60_000 });
  } finally {
    await machine.stop();
  }
}
