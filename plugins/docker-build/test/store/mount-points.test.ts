import { createEntry, type TarEntry } from '@cos/archive';
import { describe, expect, it } from 'vitest';
import { layerMakers, makersOfHistory, type LayerMaker } from '../../src/store/layer-makers.ts';
import { droppedPaths, dropMountPoints } from '../../src/store/mount-points.ts';

const folder = (path: string, mode = 0o755): TarEntry => createEntry({ path, type: 'directory', mode });
const file = (path: string, content = '', mode = 0o755): TarEntry => createEntry({ path, mode }, content);

/** Paths that are left of a layer of each maker on a base. */
function left(base: readonly TarEntry[], layer: readonly TarEntry[], maker: LayerMaker, ...more: readonly (readonly TarEntry[])[]): readonly (readonly string[])[] {
  const layers = [base, layer, ...more].map((entries) => ({ entries: entries.map((header) => ({ header, content: undefined })) }));
  return dropMountPoints(layers, layers.map((_, index) => (index === 0 ? 'other' : maker))).map(({ entries }) => entries.map(({ header }) => header.path));
}

const podmans = [folder('dev'), folder('etc'), file('etc/hostname'), file('etc/hosts'), file('etc/resolv.conf'), folder('proc'), folder('run'), folder('sys'), folder('made')];

describe('of what a builder mounted on', () => {
  it('nothing is left where a command of BuildKit or Podman ran, and everything else stays', () => {
    for (const maker of ['buildkit', 'buildah'] as const) expect(left([], podmans, maker)).toEqual([[], ['made']]);
    expect(left([], podmans, 'other')[1]).toEqual(podmans.map(({ path }) => path));
  });

  it('the base keeps all, also below commands', () => {
    expect(left(podmans, [folder('made')], 'buildah')[0]).toEqual(podmans.map(({ path }) => path));
  });

  it('what commands write or remove there is not seen, and not what they put beside it', () => {
    const layer = [folder('etc'), file('etc/hosts', '127.0.0.1 me\n'), file('etc/.wh.resolv.conf'), file('etc/passwd'), folder('run'), file('run/.containerenv', 'x')];
    expect(left([folder('etc'), file('etc/resolv.conf', 'x')], layer, 'buildah')[1]).toEqual(['etc', 'etc/passwd']);
  });

  it('folders stay that are the image\'s own, are not empty, or not as builders make them', () => {
    expect(left([folder('proc')], [folder('proc')], 'buildah')[1]).toEqual(['proc']);
    expect(left([], [folder('run'), folder('run/lock')], 'buildah')[1]).toEqual(['run', 'run/lock']);
    expect(left([], [folder('run', 0o700), folder('dev')], 'buildah')[1]).toEqual(['run']);
  });

  it('folders that were removed below are the builder\'s again', () => {
    expect(left([folder('run'), file('run/x')], [file('.wh.run')], 'buildah', [folder('run')])).toEqual([['run', 'run/x'], ['.wh.run'], []]);
  });

  it('the place is found through links of the image, which never lead out of it', () => {
    const link = (linkName: string) => [folder('etc'), createEntry({ path: 'etc/resolv.conf', type: 'symlink', linkName })];
    for (const target of ['/run/a/b.conf', '../run/a/b.conf', '../../../run/./a//b.conf']) {
      expect(left(link(target), [folder('run'), folder('run/a'), file('run/a/b.conf')], 'buildah')[1]).toEqual([]);
      expect(left(link(target), [folder('run'), folder('run/a')], 'buildkit')[1]).toEqual([]);
    }
    expect(left(link('resolv.conf'), [file('made')], 'buildah')[1]).toEqual(['made']);
  });

  it('a file stays that has another name', () => {
    const names = [file('etc/hosts', 'x'), createEntry({ path: 'copy', type: 'link', linkName: 'etc/hosts' })];
    expect(left([], names, 'buildah')[1]).toEqual(['etc/hosts', 'copy']);
  });
});

describe('what made a layer', () => {
  const history = [
    { comment: 'Imported from -' }, { created_by: 'ENV A=b', comment: 'buildkit.dockerfile.v0', empty_layer: true },
    { created_by: 'RUN /bin/sh -c true # buildkit', comment: 'buildkit.dockerfile.v0' }, { created_by: 'COPY a /b # buildkit', comment: 'buildkit.dockerfile.v0' },
    { created_by: '/bin/sh -c true', comment: 'FROM 34bb355299a5' }, { created_by: '/bin/sh -c #(nop) COPY dir:1 in / ', comment: 'FROM 34bb355299a5' }, { created_by: '/bin/sh -c true' },
  ];

  it('is told by the history of the image', () => {
    expect(layerMakers({ history }, 6)).toEqual(['other', 'buildkit', 'other', 'buildah', 'other', 'other']);
  });

  it('is not known where the history does not agree with the layers', () => {
    expect(layerMakers({ history }, 2)).toEqual(['other', 'other']);
    expect(layerMakers('?', 1)).toEqual(['other']);
  });

  const buildkit = (createdBy: string, isEmpty: boolean | undefined) => ({ createdBy, comment: 'buildkit.dockerfile.v0', isEmpty });
  const run = 'RUN /bin/sh -c true # buildkit';

  it('is told by the engine, too, unless it does not say which instructions made layers', () => {
    const base = { createdBy: '', comment: 'Imported from -', isEmpty: false };
    expect(makersOfHistory([base, buildkit('ENV A=b', true), buildkit(run, false)], 2)).toEqual(['other', 'buildkit']);
    expect(makersOfHistory([base, buildkit(run, undefined), buildkit(run, false)], 3)).toEqual(['other', 'buildkit', 'buildkit']);
    expect(makersOfHistory([base, buildkit('COPY a /b # buildkit', undefined), buildkit(run, false)], 2)).toEqual(['other', 'buildkit']);
    expect(makersOfHistory([base, buildkit(run, undefined), buildkit('COPY a /b # buildkit', undefined)], 2)).toBeUndefined();
    expect(makersOfHistory([base, buildkit(run, false)], 5)).toBeUndefined();
  });

  it('does not matter where nobody mounted on anything', () => {
    const classic = { createdBy: '/bin/sh -c true', comment: '', isEmpty: undefined };
    expect(makersOfHistory([classic, classic, classic], 2)).toEqual(['other', 'other']);
    expect(makersOfHistory([], 1)).toEqual(['other']);
  });
});

it('paths are told at which a container has what was dropped, or lacks what was dropped as removed', () => {
  const layers = [[file('etc/hosts', 'x'), file('etc/resolv.conf', 'x')], [folder('etc'), file('etc/hosts', 'y'), file('etc/.wh.resolv.conf'), file('etc/passwd')]].map((entries) => ({ entries: entries.map((header) => ({ header, content: undefined })) }));
  expect([...droppedPaths(layers, dropMountPoints(layers, ['other', 'buildkit']))].sort()).toEqual(['etc/hosts', 'etc/resolv.conf']);
  expect([...droppedPaths(layers, dropMountPoints(layers, ['other', 'other']))]).toEqual([]);
});
