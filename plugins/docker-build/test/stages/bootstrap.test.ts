import { execFileSync } from 'node:child_process';
import { askPin, runStage, type StageRun } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BootstrapOptions } from '../../src/bootstrap/options.ts';
import { dockerBuild } from '../../src/index.ts';
import type { bootstrap } from '../../src/stages/bootstrap.ts';
import { TestMirror, type TestPackage } from '../rig/packages.ts';

const mirror = new TestMirror();
const all: readonly TestPackage[] = [{ name: 'tiny', fields: 'Essential: yes\n' }, { name: 'extra' }, { name: 'helper' }, { name: 'wants', fields: 'Depends: helper\n' }, { name: 'either', fields: 'Depends: extra | helper\n' }];
beforeAll(() => mirror.publish(all));
afterAll(() => mirror.remove());

const content = { suite: 'stable', variant: 'custom' as const, mirrors: [mirror.trusted], packages: ['tiny'] };
const nothing = { packages: {}, pool: {} };

/** Looks the packages up, and makes a base of them. */
async function make(options: Partial<BootstrapOptions>): Promise<StageRun<typeof bootstrap>> {
  const { pathExcludes = [], variant = 'custom', packages = ['tiny'], pool = [] } = options;
  await using asked = await askPin(dockerBuild(), 'packages', 'base', { details: { ...content, variant, packages, pool, platform: 'linux/amd64' } });
  return bootstrapOf({ variant, packages, pool, pathExcludes, ...(asked.answer === undefined ? {} : { pinned: asked.answer }) });
}

async function bootstrapOf(options: Partial<BootstrapOptions>): Promise<StageRun<typeof bootstrap>> {
  return runStage(dockerBuild(), 'bootstrap', { inputs: {}, options: { ...content, mode: 'chrootless', pinned: nothing, ...options }, sourceDateEpoch: 1_000_000_000 });
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

  it('has exactly the packages that are pinned, of which the essential ones are chosen first', async () => {
    await using made = await make({ variant: 'essential', packages: ['either', 'helper'] });
    expect(made.text).toBe('');
    const status = execFileSync('tar', ['--extract', '--to-stdout', '--file', made.outputs.rootfs.path, 'var/lib/dpkg/status']).toString();
    expect([...status.matchAll(/^Package: (.*)$/gm)].map(([, name = '']) => name).toSorted()).toEqual(['either', 'helper', 'tiny']);
  });

  it('is not made of other packages than those that are pinned: each is told', async () => {
    await using asked = await askPin(dockerBuild(), 'packages', 'base', { details: { ...content, packages: ['tiny', 'extra', 'helper'], pool: ['wants'], platform: 'linux/amd64' } });
    try {
      mirror.publish([...all.filter(({ name }) => name !== 'extra' && name !== 'wants' && name !== 'helper'), { name: 'extra', version: '2.0' }, { name: 'wants', version: '1:1.1' }, { name: 'helper', text: 'other bytes\n' }]);
      await using made = await bootstrapOf({ packages: ['tiny', 'extra', 'helper'], pool: ['wants'], pinned: asked.answer! });
      expect(made.failure).toMatchObject({
        code: 'COS_DOCKER_BASE_CHANGED',
        message: 'The base cannot be made as cos.lock says: the mirrors have 3 other packages today.',
        notes: [{ message: 'extra: 1:1.0 before, 2.0 now' }, { message: 'helper: 1:1.0 as before, but another file' }, { message: 'wants (pool): 1:1.0 before, 1:1.1 now' }],
      });
      // Before anything was downloaded.
      expect(made.lines.join('\n')).not.toContain('downloading packages');
    } finally {
      mirror.publish(all);
    }
  });

  it('fails with the last lines of the program when a package does not exist', async () => {
    await using made = await bootstrapOf({ packages: ['nothing-like-it'] });
    expect(made.outcome).toBe('failed');
    expect(made.failure).toMatchObject({ code: 'COS_DOCKER_PACKAGE_UNKNOWN' });
    expect(made.failure?.output?.join('\n')).toContain('Unable to locate package nothing-like-it');
    expect(made.failure?.output?.join('\n')).not.toMatch(/^cos-/m);
  });

  it.each([
    ['a package that is an option', { packages: ['--customize-hook=id'] }],
    ['a package that is a command', { pool: ['a; id'] }],
    ['a mirror that is an option', { mirrors: ['--customize-hook=id'] }],
    ['a suite that is an option', { suite: '-x' }],
    ['a pattern that could leave its quotes', { pathExcludes: ['/a"b'] }],
  ])('is refused for %s', async (_, options) => {
    await using made = await bootstrapOf({ ...options });
    expect(made.failure).toMatchObject({ code: 'COS_PLAN_OPTIONS' });
  });
});
