import { defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, type AnyConfig } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { definePackage, standardPlugins, standardTargets, type PackageDeclaration } from '../../src/index.ts';

const tiny = defineDistribution({ name: 'tiny', values: { image: 'tiny:1', base: { from: 'archive', path: 'base.tar' } }, platforms: { 'linux/amd64': {}, 'linux/arm64': {} } });
const files = {
  'base.tar': '',
  'cos.pub': '',
  'packages/os/definition.yaml': 'category: system\nname: os\nversion: "1.0"\n',
  'packages/os/build.yaml': 'image: "{{ .Values.image }}"\nunpack: true\n',
};
const derivative = (name: string, ...platforms: ('linux/amd64' | 'linux/arm64')[]) => defineDerivative({ name, version: '1.0.0', from: tiny, platforms, trees: ['packages'] });
const configOf = (derivatives: ReturnType<typeof derivative>[], over: object = {}): AnyConfig => ({
  plugins: standardPlugins(),
  derivatives,
  targets: standardTargets({ system: 'system/os', title: 'OS', publish: { to: '/srv/os', images: 'docker:registry.example/os' }, ...over }),
});

async function plan(config: AnyConfig, selected: { readonly derivatives?: readonly string[] } = {}) {
  await using workspace = await createWorkspace(files);
  const { plan: made, text } = await planConfig(config, { workspace: workspace.path, ...selected });
  return { paths: made?.wanted.flatMap(({ path }) => path ?? []), text };
}

async function planOfDeclared(packages: readonly PackageDeclaration[], target = 'build') {
  await using workspace = await createWorkspace({ ...files, 'files/tool/tool.sh': '' });
  const config = configOf([{ ...derivative('os', 'linux/amd64'), packages }]);
  const { plan: made, text } = await planConfig(config, { workspace: workspace.path, targets: [target] });
  return { text, tasks: new Map((made?.tasks ?? []).map((task) => [task.key as string, task])) };
}

const paths = ['base.tar', 'images/os-system-1.0', 'images/os-system-1.0.json', 'os.iso', 'os.iso.cdx.json', 'os.iso.intoto.jsonl', 'os.iso.mtree', 'os.iso.mtree.sig', 'os.iso.provenance.json', 'os.iso.sha256', 'os.iso.sha256.sig', 'os.iso.spdx.json', 'os.pkr.json', 'packages/os-system-1.0.manifest.ndjson', 'packages/os-system-1.0.metadata.yaml', 'packages/os-system-1.0.package.tar.zst', 'publication.json', 'repository', 'repository.intoto.jsonl', 'repository.provenance.json', 'repository.yaml.sig'];

describe('the ready-made targets', () => {
  test('publish under plain names for one derivative on one platform', async () => {
    expect(await plan(configOf([derivative('os', 'linux/amd64')]))).toEqual({ paths, text: '' });
  });

  test('have a folder for each derivative and platform when there are several, also when one is selected', async () => {
    const several = configOf([derivative('os', 'linux/amd64', 'linux/arm64'), derivative('other', 'linux/amd64')]);
    const all = await plan(several);
    expect(all.text).toBe('');
    expect(all.paths).toEqual([...paths.map((path) => `os/amd64/${path}`), ...paths.map((path) => `os/arm64/${path}`), ...paths.map((path) => `other/amd64/${path.replace(/^os\.(iso|pkr)/, 'other.$1')}`)].sort());
    expect((await plan(several, { derivatives: ['other'] })).paths).toEqual(all.paths?.filter((path) => path?.startsWith('other/')));
  });

  test('publish to a place of their own for each derivative and platform, and want one to be named', async () => {
    await using workspace = await createWorkspace(files);
    const placesOf = async (config: AnyConfig): Promise<readonly string[]> => {
      const { plan: made, text } = await planConfig(config, { workspace: workspace.path, targets: ['publish'] });
      return made === undefined ? [text] : made.tasks.flatMap(({ key, options }) => (String(key).startsWith('repo.publish') && typeof options['to'] === 'string' ? [options['to']] : [])).toSorted();
    };
    expect(await placesOf(configOf([derivative('os', 'linux/amd64')]))).toEqual(['/srv/os']);
    expect(await placesOf(configOf([derivative('os', 'linux/amd64', 'linux/arm64')], { publish: { to: 'docker:registry.example/r' } }))).toEqual(['docker:registry.example/r/os/amd64', 'docker:registry.example/r/os/arm64']);
    expect(await placesOf(configOf([derivative('os', 'linux/amd64')], { publish: {} }))).toEqual([expect.stringContaining('error COS_PLAN_PUBLISH: Nothing says where to publish to.')]);
  });

  test('publish images by tag, one for each package or one of several, and not under a tag of their own', async () => {
    await using workspace = await createWorkspace(files);
    const config = configOf([derivative('os', 'linux/amd64', 'linux/arm64')], { publish: {} });
    const planOf = async (parameters: Readonly<Record<string, unknown>>) => {
      const { plan: made, text } = await planConfig(config, { workspace: workspace.path, targets: [{ name: 'publish-images', parameters }] });
      return made === undefined ? [text] : made.tasks.flatMap(({ key, options }) => (String(key).startsWith('repo.publishImage') && typeof options['to'] === 'string' ? [options['to']] : [])).toSorted();
    };
    expect(await planOf({ to: 'docker:registry.example/os' })).toEqual(['docker:registry.example/os:os-system-1.0', 'docker:registry.example/os:os-system-1.0']);
    expect(await planOf({ to: 'docker:registry.example:5000/os', packages: ['system/os'], together: 'framework' })).toEqual(['docker:registry.example:5000/os:framework', 'docker:registry.example:5000/os:framework']);
    expect(await planOf({ to: 'docker:registry.example/os:1' })).toEqual([expect.stringContaining('Expected an image repository as docker:host/path without tag; found "docker:registry.example/os:1".')]);
    expect(await planOf({})).toEqual([expect.stringContaining('Nothing says where to publish images to.')]);
  });

  test.each(['build', 'create-repo', 'publish', 'images', 'publish-images', 'build-iso', 'attest', 'sign', 'build-packer'])('look in caches of images, and push only when that is asked for: %s', async (name) => {
    await using workspace = await createWorkspace(files);
    const planOf = async (parameters: Readonly<Record<string, unknown>>) => {
      const { plan: made, text } = await planConfig(configOf([derivative('os', 'linux/amd64')]), { workspace: workspace.path, targets: [{ name, parameters }] });
      expect(text).toBe('');
      const of = (stage: string) => (made?.tasks ?? []).filter((task) => task.plugin === 'docker-build' && task.stage === stage);
      const wanted = new Set(made?.wanted.map(({ task }) => String(task)));
      return { pulls: [...new Set(of('tags').flatMap(({ options }) => options['pull']))], pushes: of('push').flatMap(({ key, options }) => (wanted.has(String(key)) ? [options['repository']] : [])) };
    };
    expect(await planOf({})).toMatchObject({ pushes: [] });
    expect(await planOf({ pull: ['registry.example/a'], push: 'registry.example/b' })).toEqual({ pulls: ['registry.example/a'], pushes: ['registry.example/b'] });
  });

  test('build without names builds the own packages, and of reference trees what they need', async () => {
    const upstream = {
      'upstream/base/definition.yaml': 'category: system\nname: base\nversion: "1.0"\n',
      'upstream/base/build.yaml': 'image: "{{ .Values.image }}"\nsteps: [make]\n',
      'upstream/unused/definition.yaml': 'category: system\nname: unused\nversion: "1.0"\n',
      'upstream/unused/build.yaml': 'image: "{{ .Values.image }}"\nsteps: [make]\n',
      'packages/os/build.yaml': 'requires:\n- {category: system, name: base, version: ">=0"}\nunpack: true\n',
    };
    await using workspace = await createWorkspace({ ...files, ...upstream });
    const config = configOf([{ ...derivative('os', 'linux/amd64'), referenceTrees: ['upstream'] }]);
    const planOf = async (packages: readonly string[]) => {
      const { plan: made, text } = await planConfig(config, { workspace: workspace.path, targets: [{ name: 'build', parameters: { packages } }] });
      expect(text).toBe('');
      return { published: made?.wanted.flatMap(({ path }) => path ?? []), images: made?.tasks.filter(({ stage }) => stage === 'image').map(({ name }) => name) };
    };
    expect(await planOf([])).toEqual({ published: ['packages/os-system-1.0.manifest.ndjson', 'packages/os-system-1.0.metadata.yaml', 'packages/os-system-1.0.package.tar.zst'], images: ['system/base@1.0', 'system/os@1.0'] });
    expect((await planOf(['system/unused'])).images).toEqual(['system/unused@1.0']);
  });

  test('give recipes the archives that they retrieve of what they are built on, and only those', async () => {
    const of = (name: string, build: string) => ({ [`packages/${name}/definition.yaml`]: `category: app\nname: ${name}\nversion: "1.0"\n`, [`packages/${name}/build.yaml`]: build });
    const requires = (...names: readonly string[]) => `requires: [${names.map((name) => `{category: app, name: ${name}, version: ">=0"}`).join(', ')}]\n`;
    const tree = {
      ...of('ground', 'image: "{{ .Values.image }}"\nsteps: [make]\n'),
      ...of('empty', ''),
      ...of('lib', `${requires('ground', 'empty')}steps: [make]\n`),
      ...of('other', `${requires('lib')}steps: [make]\n`),
      ...of('tool', `${requires('lib', 'empty')}steps: [make]\nretrieve: ["local.tar", "*.package.tar*"]\n`),
      ...of('none', `${requires('lib')}steps: [make]\nretrieve: ["local.tar"]\n`),
      ...of('final', `requires_final_images: true\n${requires('lib')}steps: [make]\nretrieve: ["lib-*"]\n`),
    };
    await using workspace = await createWorkspace({ ...files, ...tree });
    const { plan: made, text } = await planConfig(configOf([derivative('os', 'linux/amd64')]), { workspace: workspace.path, targets: [{ name: 'build', parameters: { packages: ['app/tool', 'app/other', 'app/none', 'app/final'] } }] });
    expect(text).toBe('');
    const tasks = made?.tasks ?? [];
    expect(Object.fromEntries(tasks.flatMap(({ stage, name, inputs }) => (stage === 'retrieve' ? [[name, inputs['archives']?.artifacts.map((input) => ('task' in input ? input.task : input.source))]] : [])))).toEqual({
      'app/final@1.0': ['squash.archive#app/lib@1.0'],
      'app/tool@1.0': ['squash.archive#app/empty@1.0', 'squash.archive#app/ground@1.0', 'squash.archive#app/lib@1.0'],
    });
    expect(tasks.filter(({ stage, inputs }) => stage === 'image' && JSON.stringify(inputs['context']).includes('docker-build.retrieve#')).map(({ name }) => name).sort()).toEqual(['app/final@1.0', 'app/tool@1.0']);
  });

  test('build sub-packages with the package that they are cut out of, and put them into the repository', async () => {
    const recipe = 'image: "{{ .Values.image }}"\nunpack: true\nsubpackages:\n- {category: system, name: os-doc, version: "1.1", requires: [{category: system, name: os, version: ">=0"}], includes: [^/usr/share/doc]}\n';
    await using workspace = await createWorkspace({ ...files, 'packages/os/build.yaml': recipe });
    const { plan: made, text } = await planConfig(configOf([derivative('os', 'linux/amd64')]), { workspace: workspace.path, targets: ['build', 'create-repo'] });
    expect(text).toBe('');
    expect(made?.wanted.map(({ path }) => path).filter((path) => path?.includes('os-doc'))).toEqual(['packages/os-doc-system-1.1.manifest.ndjson', 'packages/os-doc-system-1.1.metadata.yaml', 'packages/os-doc-system-1.1.package.tar.zst']);
    const tasks = new Map((made?.tasks ?? []).map((task) => [task.key as string, task]));
    expect(tasks.get('squash.subpackage#system/os-doc@1.1')).toMatchObject({
      inputs: { archive: { artifacts: [{ task: 'squash.archive#system/os@1.0', output: 'archive' }] } },
      options: { subpackage: { name: 'os-doc', version: '1.1', requires: [{ name: 'os' }], includes: ['^/usr/share/doc'] } },
    });
    expect(tasks.get('repo.create#os')?.inputs['archives']?.artifacts).toEqual(expect.arrayContaining([{ task: 'squash.subpackage#system/os-doc@1.1', output: 'archive' }]));
  });

  test('build packages that the config declares as those of trees, from what it says', async () => {
    const tool = definePackage({ category: 'app', name: 'tool', version: '1.0', requires: ['system/os'], steps: ['make'], context: 'files/tool' });
    const inline = definePackage({ category: 'app', name: 'inline', version: '1.0', requires: [tool], steps: ['make'], files: { a: 'b' } });
    const made = await planOfDeclared([tool, inline]);
    const inputsOf = (key: string) => Object.fromEntries(Object.entries(made.tasks.get(key)?.inputs ?? {}).map(([name, { artifacts }]) => [name, artifacts.map((one) => ('source' in one ? one.source : `${one.task}:${one.output}`))]));
    expect(made.text).toBe('');
    expect(inputsOf('docker-build.image#app/tool@1.0')).toMatchObject({ recipe: ['template.declared#app/tool@1.0:recipe'], context: ['files/tool'], base: ['docker-build.image#system/os@1.0:image'] });
    expect(inputsOf('docker-build.image#app/inline@1.0')).toMatchObject({ recipe: ['template.declared#app/inline@1.0:recipe'], context: ['template.declared#app/inline@1.0:context'], base: ['docker-build.image#app/tool@1.0:image'] });
    expect(made.tasks.get('docker-build.image#app/tool@1.0')?.origins['steps[0]']).toEqual({
      place: { file: expect.stringMatching(/standard-targets\.test\.ts$/), line: expect.any(Number), column: expect.any(Number) },
      notes: [{ message: 'app/tool@1.0 is declared here, and the field is steps[0]' }],
    });
    expect(inputsOf('squash.archive#app/tool@1.0')).toMatchObject({ recipe: ['template.declared#app/tool@1.0:recipe'], definition: ['template.declared#app/tool@1.0:definition'] });
    expect(made.tasks.get('template.declared#app/tool@1.0')?.options).toEqual({ package: { category: 'app', name: 'tool', version: '1.0', requires: [{ category: 'system', name: 'os', version: '>=0' }], steps: ['make'] } });
  });

  test('say nothing of the config\'s lines in a task, so that moving a declaration builds nothing', async () => {
    const declare = (): PackageDeclaration => definePackage({ category: 'app', name: 'tool', version: '1.0', requires: ['system/os'], steps: ['make'] });
    const one = await planOfDeclared([declare()]);
    const other = await planOfDeclared([
      definePackage({ name: 'tool', category: 'app', steps: ['make'], requires: [{ category: 'system', name: 'os', version: '>=0' }], version: '1.0', hidden: false, labels: {} }),
    ]);
    expect(other.tasks.get('template.declared#app/tool@1.0')?.options).toEqual(one.tasks.get('template.declared#app/tool@1.0')?.options);
    expect(JSON.stringify([...one.tasks.values()].map(({ options, inputs }) => [options, inputs]))).not.toContain('standard-targets.test');
  });

  test('put packages that the config declares into the repository as a tree of its own, behind the others', async () => {
    const made = await planOfDeclared([definePackage({ category: 'app', name: 'tool', version: '1.0', requires: ['system/os'], steps: ['make'], context: 'files/tool' })], 'create-repo');
    expect(made.text).toBe('');
    expect(made.tasks.get('repo.create#os')?.options).toMatchObject({ treeNames: ['packages', 'typescript'] });
    expect(made.tasks.get('repo.create#os')?.inputs['trees']?.artifacts).toEqual([{ source: 'packages' }, { task: 'template.declaredTree#os', output: 'tree' }]);
    expect(made.tasks.get('template.declaredTree#os')?.inputs['contexts']?.artifacts).toEqual([{ source: 'files/tool' }]);
    expect((await planOfDeclared([], 'create-repo')).tasks.has('template.declaredTree#os')).toBe(false);
  });

  test('need no tree', async () => {
    await using workspace = await createWorkspace({ 'base.tar': '', 'cos.pub': '' });
    const system = definePackage<typeof tiny>(({ values }) => ({ category: 'system', name: 'os', version: '1.0', image: values.image, unpack: true }));
    const { plan: made, text } = await planConfig(configOf([{ ...derivative('os', 'linux/amd64'), trees: [], packages: [system] }]), { workspace: workspace.path });
    expect({ paths: made?.wanted.flatMap(({ path }) => path ?? []), text }).toEqual({ paths, text: '' });
  });

  test('plan requests for the same packages together, though they need different things of them', async () => {
    const upstream = { 'packages/lib/definition.yaml': 'category: system\nname: lib\nversion: "1.0"\n', 'packages/lib/build.yaml': 'image: "{{ .Values.image }}"\nsteps: [make]\n', 'packages/os/build.yaml': 'requires:\n- {category: system, name: lib, version: ">=0"}\nunpack: true\n' };
    await using workspace = await createWorkspace({ ...files, ...upstream });
    const asked = [{ name: 'build', parameters: { packages: ['system/os'] } }, { name: 'build', parameters: { packages: ['system/os'], onlyTarget: true } }, { name: 'build', parameters: { packages: ['system/os'], onlydeps: true } }, { name: 'build-iso', parameters: {} }, { name: 'create-repo', parameters: {} }];
    for (const other of asked) {
      const { text } = await planConfig(configOf([derivative('os', 'linux/amd64')]), { workspace: workspace.path, targets: [{ name: 'build-iso', parameters: {} }, other] });
      expect(text).toBe('');
    }
  });

  test('name images as luet does, unless they shall not, and look for them where the request says', async () => {
    await using workspace = await createWorkspace(files);
    const tasksOf = async (plugin: object, parameters: Record<string, string[]>) => {
      const config = { ...configOf([derivative('os', 'linux/amd64')]), plugins: standardPlugins({ dockerBuild: plugin }) };
      const { plan: made, text } = await planConfig(config, { workspace: workspace.path, targets: [{ name: 'build', parameters }] });
      expect(text).toBe('');
      return made?.tasks.filter(({ plugin: owner, stage }) => owner === 'docker-build' && ['tags', 'name', 'image'].includes(stage)) ?? [];
    };
    const named = await tasksOf({}, {});
    expect(named.map(({ key }) => key)).toEqual(['docker-build.image#system/os@1.0', 'docker-build.tags#all,own', 'docker-build.name#all,own']);
    expect(named[0]?.inputs['hints']?.artifacts).toEqual([]);
    expect(named.at(-1)?.options).toMatchObject({ repository: 'luet/cache', images: ['os-system-1.0'] });
    const bare = await tasksOf({ imageRepository: false }, {});
    expect(bare.map(({ key }) => key)).toEqual(['docker-build.image#system/os@1.0']);
    const pulled = await tasksOf({ imageRepository: false, cache: { pull: ['a.example/b'] } }, { pull: ['c.example/d'] });
    expect(pulled.map(({ key }) => key)).toEqual(['docker-build.tags#all,own', 'docker-build.image#system/os@1.0']);
    expect(pulled[0]?.options).toMatchObject({ pull: ['c.example/d', 'a.example/b'] });
    expect(pulled[1]?.inputs['hints']?.artifacts).toEqual([{ task: 'docker-build.tags#all,own', output: 'tags' }]);
  });

  test('make another recipe when a declared variable that it looks at has another value', async () => {
    const recipe = { 'packages/os/build.yaml': 'image: "{{ .Values.image }}"\nenv:\n- NUMBER={{ env "NUMBER" }}\nunpack: true\n' };
    await using workspace = await createWorkspace({ ...files, ...recipe });
    const config = { ...configOf([derivative('os', 'linux/amd64')]), plugins: standardPlugins({ resolve: { env: ['NUMBER'] } }) };
    const optionsWith = async (number: string) => {
      const { plan: made } = await planConfig(config, { workspace: workspace.path, targets: [{ name: 'build', parameters: {} }], env: { NUMBER: number } });
      return made?.tasks.find(({ key }) => key === 'template.render#system/os@1.0')?.options;
    };
    expect(await optionsWith('1')).toMatchObject({ env: { NUMBER: '1' } });
    expect(await optionsWith('2')).toMatchObject({ env: { NUMBER: '2' } });
  });

  test.each([
    [{ labl: 'X' }, 'standardTargets has no option "labl".'],
    [{ kernelArguments: 'quiet' }, 'Option "kernelArguments" of standardTargets: Invalid input: expected array, received string.'],
    [{ squash: 'zip' }, 'Option "squash" of standardTargets: Invalid option: expected one of "release"|"fast"|"gzip"|"none".'],
    [{ title: '' }, 'Option "title" of standardTargets: Too small: expected string to have >=1 characters.'],
  ])('refuse what a compiler would refuse: %j', (over, message) => {
    expect(() => configOf([derivative('os', 'linux/amd64')], over)).toThrow(expect.objectContaining({ diagnostics: [expect.objectContaining({ code: 'COS_CONFIG_STANDARD_TARGETS', message })] }));
  });

  test.each([
    [{ label: '-x' }, 'Option "label" of task iso.medium#os: expected 1 to 32 letters, digits, "_", "." or "-", not starting with "." or "-"; found "-x".'],
    [{ kernelArguments: ['quiet', 'a"b'] }, 'Option "kernelArguments.1" of task iso.medium#os: expected printable ASCII without double quotes and backslashes; found "a\\"b".'],
  ])('tell before anything runs what the ISO cannot have: %j', async (over, message) => {
    expect((await plan(configOf([derivative('os', 'linux/amd64')], over))).text).toContain(message);
  });
});
