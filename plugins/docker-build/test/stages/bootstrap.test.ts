import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStage, type StageRun } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerBuild } from '../../src/index.ts';
import type { bootstrap } from '../../src/stages/bootstrap.ts';

// A repository of two packages, so that the real program runs without network and in a second.

let repository: string;
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'cos-packages-'));
  const records: string[] = [];
  for (const [name, more] of [['tiny', 'Essential: yes\n'], ['extra', ''], ['helper', ''], ['wants', 'Depends: helper\n']] as const) {
    const folder = join(repository, name);
    await mkdir(join(folder, 'DEBIAN'), { recursive: true });
    await mkdir(join(folder, `usr/share/doc/${name}`), { recursive: true });
    await writeFile(join(folder, `usr/share/${name}`), `I am ${name}\n`);
    await writeFile(join(folder, `usr/share/doc/${name}/copyright`), 'x\n');
    await writeFile(join(folder, 'DEBIAN/control'), `Package: ${name}\nVersion: 1:1.0\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n${more}`);
    const deb = join(repository, `${name}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', folder, deb]);
    const control = await readFile(join(folder, 'DEBIAN/control'), 'utf8');
    records.push(`${control}Filename: ./${name}.deb\nSize: ${statSync(deb).size}\nSHA256: ${createHash('sha256').update(readFileSync(deb)).digest('hex')}\n`);
  }
  await writeFile(join(repository, 'Packages'), `${records.join('\n')}\n`);
});
afterAll(async () => rm(repository, { recursive: true }));

async function make(options: object): Promise<StageRun<typeof bootstrap>> {
  return runStage(dockerBuild(), 'bootstrap', {
    options: { suite: 'stable', variant: 'custom', mode: 'chrootless', mirrors: [`deb [trusted=yes] copy:${repository} ./`], packages: ['tiny'], ...options },
    sourceDateEpoch: 1_000_000_000,
  });
}

function list(archive: string): readonly string[] {
  return execFileSync('tar', ['--list', '--verbose', '--numeric-owner', '--full-time', '--utc', '--file', archive]).toString().trim().split('\n');
}

describe('a bootstrapped root filesystem', () => {
  it('is a sorted archive of the packages in which every time is the one of the config', async () => {
    await using made = await make({});
    expect(made.text).toBe('');
    const lines = list(made.outputs.rootfs.path);
    expect(lines.some((line) => line.endsWith(' usr/share/tiny'))).toBe(true);
    expect(lines.filter((line) => !line.includes('2001-09-09 01:46:40'))).toEqual([]);
    const paths = lines.map((line) => line.split(/\s+/)[5]!.replace(/\/$/, ''));
    expect(paths).toEqual(paths.toSorted());
  });

  it('has nothing of the host and nothing that changes from run to run', async () => {
    await using first = await make({});
    await using second = await make({});
    expect(second.outputs.rootfs.digest).toBe(first.outputs.rootfs.digest);
    const lines = list(first.outputs.rootfs.path).join('\n');
    expect(lines).not.toMatch(/ (?:etc\/hostname|etc\/resolv\.conf|var\/lib\/apt\/lists\/.*[^/]|var\/log\/.+\.log|var\/cache\/apt\/.+\.bin|var\/lib\/dpkg\/.+-old)$/m);
  });

  it('keeps the packages of the pool with what they need as files, not installed', async () => {
    await using made = await make({ pool: ['wants', 'extra'] });
    expect(made.text).toBe('');
    const paths = list(made.outputs.rootfs.path).map((line) => line.split(/\s+/)[5]);
    expect(paths.filter((path) => path?.startsWith('var/cache/cos/pool/'))).toEqual([
      'var/cache/cos/pool/', 'var/cache/cos/pool/extra_1%3a1.0_all.deb', 'var/cache/cos/pool/helper_1%3a1.0_all.deb', 'var/cache/cos/pool/wants_1%3a1.0_all.deb',
    ]);
    expect(paths).not.toContain('usr/share/extra');
  });

  it('tells the package manager which paths to leave out, also later', async () => {
    await using made = await make({ pathExcludes: ['/usr/share/doc/*'] });
    expect(execFileSync('tar', ['--extract', '--to-stdout', '--file', made.outputs.rootfs.path, 'etc/dpkg/dpkg.cfg.d/99mmdebstrap']).toString()).toBe('path-exclude=/usr/share/doc/*\n');
  });

  it('fails with the last lines of the program when a package does not exist', async () => {
    await using made = await make({ packages: ['nothing-like-it'] });
    expect(made.outcome).toBe('failed');
    expect(made.failure).toMatchObject({ code: 'COS_TASK_TOOL_FAILED' });
    expect(made.failure?.output?.join('\n')).toContain('nothing-like-it');
  });

  it.each([
    ['a package that is an option', { packages: ['--customize-hook=id'] }],
    ['a package that is a command', { pool: ['a; id'] }],
    ['a mirror that is an option', { mirrors: ['--customize-hook=id'] }],
    ['a suite that is an option', { suite: '-x' }],
    ['a pattern that could leave its quotes', { pathExcludes: ['/a"b'] }],
  ])('is refused for %s', async (_, options) => {
    await using made = await make(options);
    expect(made.failure).toMatchObject({ code: 'COS_PLAN_OPTIONS' });
  });
});
