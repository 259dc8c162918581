import { symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createWorkspace, type TemporaryWorkspace } from '@cos/core/testing';
import { describe, expect, it } from 'vitest';
import { findCopiedPaths } from '../../src/dockerfile/copied-paths.ts';
import { readIgnoreRules } from '../../src/dockerfile/ignore-rules.ts';
import { namePattern } from '../../src/dockerfile/name-pattern.ts';
import { selectContext } from '../../src/dockerfile/select-context.ts';
import { listFolder } from './list-folder.ts';
import { modelOf } from './rig.ts';

interface Case {
  readonly files: readonly string[];
  readonly ignore?: string;
  readonly own?: readonly string[];
  readonly prepare?: (workspace: TemporaryWorkspace) => Promise<void> | void;
}

async function select(lines: string, { files, ignore = '', own = [], prepare }: Case): Promise<{ readonly parts: readonly string[]; readonly missing: readonly string[] }> {
  await using workspace = await createWorkspace(Object.fromEntries(files.map((file) => [file, file])));
  await prepare?.(workspace);
  const { paths } = findCopiedPaths(modelOf(`FROM a:1\n${lines}\n`).stages);
  const { parts, missing } = await selectContext({ paths, rules: readIgnoreRules(ignore, own), list: async (folder) => listFolder(workspace.join(folder)) });
  return {
    parts: parts.map((part) => `${part.path === '/' ? '.' : part.path.slice(1)}${part.type === 'folder' ? '/' : part.type === 'link' ? ` -> ${part.target}` : ''}`),
    missing: missing.map(({ path, isIgnored }) => `${path.text}${isIgnored ? ' (ignored)' : ''}`),
  };
}

const partsOf = async (lines: string, given: Case) => (await select(lines, given)).parts;

describe('the files that a Dockerfile reads', () => {
  const files = ['a', 'b', 'etc/x', 'etc/y', 'etc/deep/z', 'other/o'];

  it('are what COPY and ADD name, and nothing beside it', async () => {
    expect(await partsOf('COPY a /a\nADD ["etc/deep", "/x"]', { files })).toEqual(['a', 'etc/deep']);
    expect(await partsOf('COPY ./etc/../etc/x /b/../a /x/\nCOPY ../../other /o', { files })).toEqual(['a', 'etc/x', 'other']);
    expect(await partsOf('COPY --from=x etc /a\nADD https://example.test/x /x\nCOPY <<EOF /x\ntext\nEOF', { files })).toEqual([]);
  });

  it('are all of them where COPY names the context', async () => {
    expect(await partsOf('COPY . /x', { files })).toEqual(['.']);
    expect(await partsOf('COPY / /x\nCOPY a /x', { files })).toEqual(['.']);
  });

  it('are those that fit a pattern', async () => {
    expect(await partsOf('COPY [ab] /x/', { files })).toEqual(['a', 'b']);
    expect(await partsOf('COPY e?c/* /x/', { files })).toEqual(['etc/deep', 'etc/x', 'etc/y']);
  });

  it('are a whole folder where a variable decides', async () => {
    expect(await partsOf('ARG N\nCOPY etc/$N/z /x/', { files })).toEqual(['etc']);
  });

  it('are those of mounts without an image', async () => {
    expect(await partsOf('RUN --mount=type=bind,source=etc,target=/x --mount=type=cache,target=/c --mount=from=y:1,target=/y ls', { files })).toEqual(['etc']);
    expect(await partsOf('RUN --mount=target=/x ls', { files })).toEqual(['.']);
  });

  it('are without what .dockerignore names, each by itself where a rule may decide', async () => {
    expect(await partsOf('COPY . /x', { files, ignore: 'etc/x\n' })).toEqual(['a', 'b', 'etc/', 'etc/deep', 'etc/y', 'other']);
    expect(await partsOf('COPY . /x', { files, ignore: '# a comment\n/other\n' })).toEqual(['a', 'b', 'etc']);
    expect(await partsOf('COPY etc /x', { files, ignore: '**/z\nother\n' })).toEqual(['etc/', 'etc/deep/', 'etc/x', 'etc/y']);
    expect(await partsOf('COPY . /x', { files, ignore: '*\n!etc/deep\n' })).toEqual(['etc/deep']);
  });

  it('are the same parts whether a file that is left out is there or not', async () => {
    const given = { ignore: '*.log\n**/cache\nother/*/tmp' };
    for (const more of [['x.log'], ['etc/cache/c'], ['other/o2/tmp']]) {
      expect(await partsOf('COPY . /x', { ...given, files: [...files, 'other/o2/keep', ...more] })).toEqual(await partsOf('COPY . /x', { ...given, files: [...files, 'other/o2/keep'] }));
    }
  });

  it('are never those that cos writes', async () => {
    expect(await partsOf('COPY . /x', { files: [...files, '.cos/blob', 'build/x.iso'], own: ['.cos', 'build'] })).toEqual(['a', 'b', 'etc', 'other']);
    expect(await partsOf('COPY . /x', { files, own: ['etc/deep'] })).toEqual(['a', 'b', 'etc/', 'etc/x', 'etc/y', 'other']);
  });

  it('are links with what they lead to, where a link is named, and links alone else', async () => {
    const prepare = (workspace: TemporaryWorkspace) => {
      symlinkSync('deep/z', workspace.join('etc/link'));
      symlinkSync('etc', workspace.join('folder'));
      symlinkSync('../../outside', workspace.join('etc/out'));
    };
    expect(await partsOf('COPY etc/link /x', { files, prepare })).toEqual(['etc/deep/z', 'etc/link -> deep/z']);
    expect(await partsOf('COPY folder/link /x', { files, prepare })).toEqual(['etc/deep/z', 'etc/link -> deep/z', 'folder -> etc']);
    expect(await partsOf('COPY . /x', { files, prepare, ignore: 'a\netc/x' })).toEqual(['b', 'etc/', 'etc/deep', 'etc/link -> deep/z', 'etc/out -> ../../outside', 'etc/y', 'folder -> etc', 'other']);
    expect((await select('COPY etc/out /x', { files, prepare })).missing).toEqual(['etc/out']);
    expect((await select('COPY loop /x', { files, prepare: (workspace) => symlinkSync('loop', workspace.join('loop')) })).parts).toEqual(['loop -> loop']);
  });

  it('are folders without anything in them, too', async () => {
    const prepare = (workspace: TemporaryWorkspace): Promise<void> => mkdir(workspace.join('etc/empty'));
    expect(await partsOf('COPY . /x', { files, prepare, ignore: 'etc/x' })).toContain('etc/empty');
  });

  it('are missed when nothing fits, and it is told when a rule is the reason', async () => {
    expect((await select('COPY nothing etc/x /x/\nCOPY *.txt /x\nADD a/b /c', { files, ignore: 'etc' })).missing).toEqual(['nothing', 'etc/x (ignored)', '*.txt', 'a/b']);
  });
});

describe('a pattern of names', () => {
  it.each([
    ['*', 'a.b', true], ['a*c', 'abbc', true], ['a*c', 'abd', false], ['?', 'é', true], ['?', 'ab', false], ['[a-c]x', 'bx', true], ['[^a-c]x', 'bx', false], ['[^a-c]x', 'dx', true],
    ['a\\*', 'a*', true], ['a\\*', 'ab', false], ['[\\]]', ']', true], ['a.b', 'axb', false], ['(a|b)', 'a', false], ['{a}', '{a}', true], ['[a-]', '-', true], ['x+', 'xx', false], ['[[]', '[', true], ['a-*', 'a-b', true], ['a-b', 'ab', false], ['[a\\-c]', 'b', false],
  ])('%s and %s', (pattern, name, fits) => {
    expect(namePattern(pattern)?.(name)).toBe(fits);
  });

  it.each(['[a', '[', 'a\\', '[z-a]', '[]'])('is not %s', (pattern) => {
    expect(namePattern(pattern)).toBeUndefined();
  });
});
