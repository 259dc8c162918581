import { createWorkspace, runCommand } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { resolve } from '../../src/index.ts';
import { args, tree } from './trees.ts';

async function render(given: Readonly<Record<string, unknown>>, set: readonly string[] = []) {
  await using workspace = await createWorkspace(tree);
  return await runCommand(resolve(), 'render', { workspace: workspace.path, args: { ...args, ...given }, set });
}

test('a package is shown as recipe, Dockerfiles, and inputs of its tag', async () => {
  const { exitCode, printed, text } = await render({ packages: ['app/tool'] });
  expect([exitCode, text]).toEqual([0, '']);
  expect(printed).toMatchInlineSnapshot(`
    "### recipe of app/tool@1.0, packages/tool/build.yaml
    requires:
    - {category: app, name: lib, version: ">=1.9"}
    prelude:
    - echo first
    steps:
    - echo tool

    ### Dockerfile tool-app-1.0-builder.dockerfile
    FROM luet/cache:889b1408b6e170dbb2be267b82ecb826d5456922ca525268b53cac00f4887f91
    COPY . /luetbuild
    WORKDIR /luetbuild
    ENV PACKAGE_NAME=tool
    ENV PACKAGE_VERSION=1.0
    ENV PACKAGE_CATEGORY=app
    RUN echo first

    ### Dockerfile tool-app-1.0.dockerfile
    FROM luet/cache:builder-4445ad1673bf57e68bef03c36afffac9
    COPY . /luetbuild
    WORKDIR /luetbuild
    ENV PACKAGE_NAME=tool
    ENV PACKAGE_VERSION=1.0
    ENV PACKAGE_CATEGORY=app
    RUN echo tool

    ### tag of app/tool@1.0
    tag              6efe2879b2407c32072d2825a0217c4fa216872aa04de9fd40c58b6e1330bc1c
    builder tag      builder-4445ad1673bf57e68bef03c36afffac9
    base             luet/cache:889b1408b6e170dbb2be267b82ecb826d5456922ca525268b53cac00f4887f91

    system/base-1.0  055bd194eda4eadf10c15d1018fae9136f24e41ef3eeed1cee210f40c31a22ab
      recipe         13552470641280217228
      folder         h1:kBnbuLgbma9aAmAw3xs2e8NmB7sR5EnURPsasCM+s3g=

    app/lib-1.10     889b1408b6e170dbb2be267b82ecb826d5456922ca525268b53cac00f4887f91
      recipe         6745233253577789165
      folder         h1:eNfFpUz7HpVZawRy1tQ+lSbwLJKROlSl7rXEmqG+5kI=

    app/tool-1.0     6efe2879b2407c32072d2825a0217c4fa216872aa04de9fd40c58b6e1330bc1c
      recipe         3189570687838702830
      folder         h1:1w8oQTNFnA7caN48egJ/bJq3ZA0Y6bu12BcA7HMhJSI=

    "
  `);
});

test('one part can be asked for', async () => {
  expect((await render({ packages: ['system/base'], part: 'recipe' })).printed).toMatchInlineSnapshot(`
    "### recipe of system/base@1.0, packages/base/build.yaml
    image: base:1
    steps:
    - echo hello

    "
  `);
  expect((await render({ packages: ['system/base'], part: 'dockerfiles' })).printed).not.toContain('tag');
});

test('--set changes what is rendered', async () => {
  expect((await render({ packages: ['system/base'], part: 'recipe' }, ['word=moin'])).printed).toContain('- echo moin');
});

test('what is made of archives names them', async () => {
  expect((await render({ packages: ['system/os'], part: 'hashes' })).printed).toMatch(/^made of +base-system-1.0 lib-app-1.10 tool-app-1.0$|^made of +lib-app-1.10 tool-app-1.0$/m);
});

test('--json has the same, with the Dockerfiles byte for byte', async () => {
  const [one] = JSON.parse((await render({ packages: ['app/tool'], json: true, imageRepository: 'registry:5000/cache' })).printed);
  expect(Object.keys(one.dockerfiles)).toEqual(['tool-app-1.0-builder.dockerfile', 'tool-app-1.0.dockerfile']);
  expect(one.dockerfiles['tool-app-1.0-builder.dockerfile']).toMatch(/^\nFROM registry:5000\/cache:[0-9a-f]{64}\nCOPY \. \/luetbuild\n/);
  expect(one.hashes.chain).toHaveLength(3);
  expect(one.hashes.chain[2]).toEqual({ name: 'app/tool-1.0', recipe: expect.stringMatching(/^\d+$/), folder: expect.stringMatching(/^h1:/), tag: one.hashes.tag });
});

test('a package that is not there is told with a neighbour', async () => {
  const { exitCode, text } = await render({ packages: ['app/tol'] });
  expect(exitCode).toBe(2);
  expect(text).toMatchInlineSnapshot(`
    "error COS_RESOLVE_UNKNOWN_PACKAGE: no package app/tol in the trees
      hint: did you mean app/tool?"
  `);
});
