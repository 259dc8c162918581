import { defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, type AnyConfig } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { standardPlugins, standardTargets } from '../../src/index.ts';

const tiny = defineDistribution({ name: 'tiny', values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' } }, platforms: {} });
const config: AnyConfig = {
  plugins: standardPlugins(),
  derivatives: [defineDerivative({ name: 'os', from: tiny, platforms: ['linux/amd64'], trees: ['packages'] })],
  targets: standardTargets({ system: 't/top', title: 'OS' }),
};

const requires = (...names: readonly string[]) => `requires:\n${names.map((name) => `- {category: t, name: ${name}, version: ">=0"}\n`).join('')}`;
/** The diamond: top on z and a, a on m and base, z and m on base; and an image of archives, one that copies, one without steps, one that builds nothing. */
const recipes: Readonly<Record<string, string>> = {
  base: 'image: "{{ .Values.image }}"\nsteps: [make]\n',
  m: `${requires('base')}steps: [make]\n`,
  a: `${requires('m', 'base')}steps: [make]\n`,
  z: `${requires('base')}steps: [make]\n`,
  top: `${requires('z', 'a')}steps: [make]\n`,
  os: `${requires('z')}requires_final_images: true\nunpack: true\n`,
  copying: 'image: "{{ .Values.image }}"\ncopy:\n- {package: {category: t, name: m, version: ">=0"}, source: /m, destination: /m}\nsteps: [make]\n',
  bare: 'image: "{{ .Values.image }}"\n',
  meta: '',
};
const files = {
  'base.tar': '',
  ...Object.fromEntries(Object.entries(recipes).flatMap(([name, recipe]) => [[`packages/${name}/definition.yaml`, `category: t\nname: ${name}\nversion: "1.0"\n`], [`packages/${name}/build.yaml`, recipe]])),
};

async function plan(parameters: Readonly<Record<string, unknown>>) {
  await using workspace = await createWorkspace(files);
  const { plan: made, text } = await planConfig(config, { workspace: workspace.path, targets: [{ name: 'build', parameters }] });
  const named = (stage: string) => (made?.tasks ?? []).filter((task) => task.stage === stage);
  const short = (name: string) => name.replaceAll(/t\/|@1\.0|~[0-9a-f]+$/g, '');
  return {
    text,
    archives: made?.wanted.flatMap(({ path }) => (path?.endsWith('.package.tar.zst') === true ? [path.slice('packages/'.length).replace('-t-1.0.package.tar.zst', '')] : [])).toSorted(),
    images: named('image').map(({ name }) => short(name)).toSorted(),
    modes: Object.fromEntries([...named('image'), ...named('archive')].map(({ stage, name, run }) => [`${stage} ${name.replaceAll(/t\/|@1\.0/g, '').replace(/~.*/, '~')}`, run])),
    // Names that luet knows are given to whatever was built.
    wanted: made?.wanted.flatMap(({ path, task }) => (path === undefined && !task.startsWith('docker-build.name#') ? [String(task)] : [])),
    paths: made?.wanted.flatMap(({ path }) => path ?? []),
  };
}

describe('what is built', () => {
  test('is the named packages and what they are built with, each with its archive', async () => {
    const { archives, images, text } = await plan({ packages: ['t/top'] });
    expect(text).toBe('');
    expect(archives).toEqual(['a', 'base', 'm', 'top', 'z']);
    // z stands on a below top, and on base for its own archive.
    expect(images).toEqual(['a', 'base', 'm', 'top', 'z', 'z']);
  });

  test('has archives of the named packages alone on request', async () => {
    const { archives, images } = await plan({ packages: ['t/top'], onlyTarget: true });
    expect([archives, images]).toEqual([['top'], ['a', 'base', 'm', 'top', 'z']]);
  });

  test('is everything, or what everything else follows from', async () => {
    const all = await plan({ all: true });
    expect(all.archives).toEqual(['a', 'bare', 'base', 'copying', 'm', 'meta', 'os', 'top', 'z']);
    expect((await plan({})).archives).toEqual(all.archives);
    expect(await plan({ full: true })).toMatchObject({ archives: all.archives, images: all.images });
    expect((await plan({ full: true, onlyTarget: true })).archives).toEqual(['bare', 'copying', 'meta', 'os', 'top']);
  });

  test('is also what is built with the named packages', async () => {
    expect((await plan({ packages: ['t/m'], revdeps: true, onlyTarget: true })).archives).toEqual(['a', 'copying', 'm', 'top']);
    expect((await plan({ packages: ['t/z'], revdeps: true, onlyTarget: true })).archives).toEqual(['os', 'top', 'z']);
  });

  test('is nothing for a package without image and steps, and an image for one that has only an image', async () => {
    expect(await plan({ packages: ['t/meta'] })).toMatchObject({ archives: ['meta'], images: [], wanted: [] });
    expect(await plan({ packages: ['t/bare'] })).toMatchObject({ archives: ['bare'], images: ['bare'], wanted: ['docker-build.image#t/bare@1.0'] });
  });
});

describe('what is below', () => {
  test('must be there already', async () => {
    const { archives, modes } = await plan({ packages: ['t/top'], nodeps: true });
    expect(archives).toEqual(['top']);
    expect(modes).toEqual({ 'image base': 'never', 'image m': 'never', 'image a': 'never', 'image z': 'never', 'image top': 'needed', 'archive top': 'needed' });
  });

  test('is built alone, as the package will stand on it', async () => {
    const below = await plan({ packages: ['t/top'], onlydeps: true });
    expect(below).toMatchObject({ archives: ['a', 'base', 'm', 'z'], images: ['a', 'base', 'm', 'z', 'z'] });
    expect(below.wanted).toEqual([expect.stringMatching(/^docker-build\.image#t\/z@1\.0~/)]);
    expect(await plan({ packages: ['t/top'], onlydeps: true, onlyTarget: true })).toMatchObject({ archives: [], images: ['a', 'base', 'm', 'z'] });
    expect(await plan({ packages: ['t/copying'], onlydeps: true, onlyTarget: true })).toMatchObject({ archives: [], images: ['base', 'm'] });
    expect(await plan({ packages: ['t/os'], onlydeps: true, onlyTarget: true })).toMatchObject({ archives: [], images: ['base', 'z'], wanted: ['squash.archive#t/z@1.0'] });
    expect(await plan({ packages: ['t/base', 't/meta'], onlydeps: true })).toMatchObject({ archives: [], images: [], text: '' });
  });
});

test('the named packages are built anew wherever they stand, and nothing else', async () => {
  const { modes } = await plan({ packages: ['t/z', 't/top'], rebuild: true });
  expect(modes).toEqual({
    'image base': 'needed', 'image m': 'needed', 'image a': 'needed', 'image z': 'always', 'image z~': 'always', 'image top': 'always',
    'archive base': 'needed', 'archive m': 'needed', 'archive a': 'needed', 'archive z': 'always', 'archive top': 'always',
  });
});

test('archives lie in the folder that is asked for', async () => {
  expect((await plan({ packages: ['t/meta'], folder: '.' })).paths).toEqual(['meta-t-1.0.manifest.ndjson', 'meta-t-1.0.metadata.yaml', 'meta-t-1.0.package.tar.zst']);
  expect((await plan({ packages: ['t/meta'], folder: 'deep/er' })).paths).toEqual(['deep/er/meta-t-1.0.manifest.ndjson', 'deep/er/meta-t-1.0.metadata.yaml', 'deep/er/meta-t-1.0.package.tar.zst']);
  expect((await plan({ packages: ['t/meta'], folder: '../up' })).text).toContain('COS_REQUEST_INVALID_VALUE');
});

test('requests that contradict themselves are refused, all at once', async () => {
  const { text } = await plan({ packages: ['t/a'], all: true, full: true, nodeps: true, onlydeps: true, rebuild: true });
  expect(text.split('\n').filter((line) => line.startsWith('error'))).toEqual([
    'error COS_BUILD_REQUEST: Expected one or the other; found names of packages and --all, which means every package.',
    'error COS_BUILD_REQUEST: Expected one or the other; found names of packages and --full, which chooses them.',
    'error COS_BUILD_REQUEST: Expected one or the other; found --all and --full.',
    'error COS_BUILD_REQUEST: Expected one or the other; found --nodeps and --onlydeps, which leave nothing to build.',
    'error COS_BUILD_REQUEST: Expected one or the other; found --onlydeps, by which the named packages are not built, and --rebuild, by which they are.',
  ]);
});

test('every unknown package is told, with what is probably meant', async () => {
  const { text } = await plan({ packages: ['t/tpo', 'top', 't/a'] });
  expect(text).toContain('no package t/tpo in the trees\n  hint: did you mean t/top?');
  expect(text).toContain('no package top in the trees\n  hint: did you mean t/top?');
});
