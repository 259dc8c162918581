import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { anonymous, createRegistry, fixedAuth, mediaTypes, type AuthProvider } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cosProgram, runCos, runTarget, type CosRun } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

// What was built and put into a repository reaches a root filesystem, from each kind of place.

let workspace: Workspace;
let repository: string;
let count = 0;

beforeAll(async () => {
  workspace = makeWorkspace(join(import.meta.dirname, '../incremental/project'), { keep: true });
  writeTinyBase(workspace.path('base.tar'));
  // A package of files alone, with a finalizer, that requires another one when it is installed.
  writeFileSync(workspace.path('packages/service/definition.yaml'), 'category: app\nname: service\nversion: "1.0+2"\nrequires:\n- {category: system, name: branding, version: ">=0"}\n');
  writeFileSync(workspace.path('packages/service/finalize.yaml'), 'install:\n- echo "{{ .Values.name }} {{ .Values.version }}" > /finalized\n');
  await runTarget(workspace, 'create-repo');
  repository = workspace.path('build/repository');
});
afterAll(() => removeWorkspace(workspace));

/** An empty root with a shell, for finalizers. */
function makeRoot(): string {
  count += 1;
  const root = workspace.path(`root${count}`);
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeFileSync(join(root, 'bin/sh'), readFileSync('/bin/busybox'));
  chmodSync(join(root, 'bin/sh'), 0o755);
  return root;
}

const installed = ['etc/branding.d/greeting', 'finalized', 'usr/bin/service'];

function expectInstalled(root: string, run: CosRun): void {
  expect([run.exitCode, run.stderr]).toEqual([0, '']);
  expect(run.stdout).toMatch(/\ninstalled system\/branding@1\.0\ninstalled app\/service@1\.0\+2\n$/);
  for (const path of installed) expect(existsSync(join(root, path)), path).toBe(true);
  expect(readFileSync(join(root, 'finalized'), 'utf8')).toBe('service 1.0+2\n');
  expect(readFileSync(join(root, 'etc/branding.d/greeting'), 'utf8')).toBe('hello\n');
  expect(lstatSync(join(root, 'usr/bin/service')).mode & 0o7777).toBe(0o755);
}

describe('cos install', () => {
  test('takes packages from a folder; upgrade has nothing to do, uninstall removes them', async () => {
    const root = makeRoot();
    expectInstalled(root, await runCos(workspace, ['install', 'app/service', '--root', root, '--repository', 'build/repository']));
    const again = await runCos(workspace, ['upgrade', '--root', root, '--repository', 'build/repository']);
    expect([again.exitCode, again.stdout]).toEqual([0, 'nothing to do\n']);
    const list = await runCos(workspace, ['search', '--installed', root]);
    expect(list.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['app/service@1.0+2', 'system/branding@1.0', '']);
    const required = await runCos(workspace, ['uninstall', 'system/branding', '--root', root]);
    expect([required.exitCode, required.stderr]).toEqual([2, 'error COS_CLIENT_REQUIRED: What is to be removed is required by what stays.\n  note: app/service@1.0+2 requires system/branding@>=0\n  hint: Remove those packages, too.\n']);
    const gone = await runCos(workspace, ['uninstall', 'app/service', 'system/branding', '--root', root]);
    expect([gone.exitCode, gone.stdout]).toEqual([0, 'removed app/service@1.0+2\nremoved system/branding@1.0\n']);
    expect(installed.filter((path) => existsSync(join(root, path)))).toEqual(['finalized']);
  });

  test('takes packages from a web server, also as a configuration of luet names it', async () => {
    const server = createServer((request, response) => {
      const file = join(repository, basename(decodeURIComponent(request.url ?? '')));
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
      const root = makeRoot();
      writeFileSync(workspace.path('luet.yaml'), `repositories:\n- name: web\n  type: http\n  enable: true\n  urls: ["${url}"]\n`);
      expectInstalled(root, await runCos(workspace, ['install', 'app/service', '--root', root, '--config', 'luet.yaml']));
      const found = await runCos(workspace, ['search', 'serv', '--repository', url]);
      expect([found.exitCode, found.stdout]).toEqual([0, `app/service@1.0+2  ${url}\n`]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('takes packages from the tags of an image repository', async () => {
    await using registry = await startRegistry();
    const images = `${registry.host}/os/repository`;
    await pushRepository(repository, images);
    const root = makeRoot();
    expectInstalled(root, await runCos(workspace, ['install', 'app/service', '--root', root, '--repository', `docker:${images}`]));
    const nowhere = await runCos(workspace, ['install', 'app/service', '--root', root, '--repository', `docker:${registry.host}/os/nothing`]);
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([1, expect.stringContaining(`error COS_CLIENT_NOT_FOUND: The repository ${registry.host}/os/nothing has no repository.yaml.`)]);
  });

  test('takes them from an image repository that wants a login, by the login of docker', async () => {
    // bcrypt of "password"
    writeFileSync(workspace.path('htpasswd'), 'user:$2b$04$e6UNk7taUFdXmStfOnt1CeLWyTVGMD0XdE5chU/ffR3ZdkK5vm/pG\n');
    await using registry = await startRegistry({ config: { auth: { htpasswd: { realm: 'x', path: workspace.path('htpasswd') } } } });
    const images = `${registry.host}/os/repository`;
    await pushRepository(repository, images, fixedAuth({ [registry.host]: { kind: 'password', username: 'user', password: 'password' } }));
    mkdirSync(workspace.path('login'));
    writeFileSync(workspace.path('login/config.json'), JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from('user:password').toString('base64') } } }));
    const root = makeRoot();
    const words = ['install', 'app/service', '--root', root, '--repository', `docker:${images}`];
    const without = await runCos(workspace, words, { env: { DOCKER_CONFIG: workspace.path('nothing'), HOME: workspace.path('nothing') } });
    expect([without.exitCode, without.stderr]).toEqual([1, expect.stringContaining('Log in to this registry.')]);
    expectInstalled(root, await runCos(workspace, words, { env: { DOCKER_CONFIG: workspace.path('login') } }));
  });

  test('makes a tar, a squashfs and an ext2 image of packages, without a root that was there before, with the same bytes each time', async () => {
    const install = async (output: string, ...more: readonly string[]) => runCos(workspace, ['install', 'app/service', '--skip-finalizers', '--output', output, '--repository', 'build/repository', ...more]);
    for (const format of ['tar', 'squashfs', 'ext2']) {
      for (const name of ['one', 'two']) {
        const run = await install(`made/${name}.${format}`);
        expect([run.exitCode, run.stderr]).toEqual([0, 'warning: the finalizer of app/service@1.0+2 has not run: the next command on the root filesystem runs it\n']);
        expect(run.stdout).toMatch(new RegExp(`\\ninstalled app/service@1\\.0\\+2\\nthe root filesystem is in .*/made/${name}\\.${format}\\n$`));
      }
      expect(readFileSync(workspace.path(`made/one.${format}`)).equals(readFileSync(workspace.path(`made/two.${format}`))), format).toBe(true);
    }
    const wanted = ['etc/branding.d/greeting', 'usr/bin/service', 'var/lib/cos/installed.json'];
    const listed = execFileSync('tar', ['--list', '--file', workspace.path('made/one.tar')], { encoding: 'utf8' }).split('\n');
    expect(wanted.filter((path) => !listed.includes(path))).toEqual([]);
    const squashed = execFileSync('unsquashfs', ['-ll', workspace.path('made/one.squashfs')], { encoding: 'utf8' });
    const formatted = execFileSync('debugfs', ['-R', 'stat usr/bin/service', workspace.path('made/one.ext2')], { encoding: 'utf8' });
    expect(squashed).toMatch(/-rwxr-xr-x root\/root .* squashfs-root\/usr\/bin\/service/);
    expect(formatted).toMatch(/Mode: +0755/);
    expect(readdirSync(workspace.path('made')).toSorted()).toEqual(['one.ext2', 'one.squashfs', 'one.tar', 'two.ext2', 'two.squashfs', 'two.tar']);
  });

  test('writes a tar alone to standard output, and what happens to standard error; the first command on the root runs what is left', async () => {
    const root = makeRoot();
    const told = execFileSync('sh', ['-c', `'${cosProgram}' install app/service --skip-finalizers --output - --repository build/repository 2>told | tar --extract --directory '${root}' && cat told`], { cwd: workspace.folder, encoding: 'utf8' });
    expect(told).toMatch(/^fetching system\/branding@1\.0 from .*\nfetching app\/service@1\.0\+2 from .*\ninstalled system\/branding@1\.0\ninstalled app\/service@1\.0\+2\nwarning: the finalizer of app\/service@1\.0\+2 has not run/);
    expect(existsSync(join(root, 'finalized'))).toBe(false);
    expect((await runCos(workspace, ['upgrade', '--root', root, '--repository', 'build/repository'])).exitCode).toBe(0);
    expect(readFileSync(join(root, 'finalized'), 'utf8')).toBe('service 1.0+2\n');
  });

  test('makes nothing where a finalizer cannot run, and says so', async () => {
    writeFileSync(workspace.path('made.tar'), 'what was there before');
    const run = await runCos(workspace, ['install', 'app/service', '--output', 'made.tar', '--repository', 'build/repository']);
    expect([run.exitCode, run.stderr]).toEqual([1, expect.stringMatching(/^error COS_CLIENT_FINALIZER: A command of the finalizer of app\/service@1\.0\+2 ended with status 127\.[^]*Nothing was made\./)]);
    expect(readFileSync(workspace.path('made.tar'), 'utf8')).toBe('what was there before');
  });

  test.each([
    [['--root', '.', '--output', 'x.tar'], 'Expected either --root or --output; found both.'],
    [[], 'Expected either --root or --output; found neither.'],
    [['--output', 'x.img'], 'Expected a file that ends with .tar, .squashfs, .ext2; found "x.img".'],
    [['--output', '-', '--format', 'ext2'], 'Expected a file for the format ext2; found standard output.'],
    [['--output', 'packages', '--format', 'tar'], 'Expected a file to make; found a folder,'],
    [['--root', '.', '--format', 'tar'], 'Expected --format with --output; found it with --root.'],
  ])('refuses %j', async (words, message) => {
    const run = await runCos(workspace, ['install', 'app/service', '--repository', 'build/repository', ...words]);
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining(`error COS_CLIENT_REQUEST: ${message}`)]);
  });

  test('tells all that stands in the way, and leaves the root as it was', async () => {
    const root = makeRoot();
    const before = readdirSync(root, { recursive: true });
    const unknown = await runCos(workspace, ['install', 'app/servce', '--root', root, '--repository', 'build/repository']);
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, 'error COS_CLIENT_UNKNOWN_PACKAGE: No package app/servce in the repositories (required by what is asked for).\n  hint: Did you mean app/service?\n']);
    const nothing = await runCos(workspace, ['install', 'app/service', '--root', root, '--repository', 'build/nothing']);
    expect([nothing.exitCode, nothing.stderr]).toEqual([1, expect.stringContaining('error COS_CLIENT_NOT_FOUND: The repository ')]);
    const noRoot = await runCos(workspace, ['install', 'app/service', '--root', 'no-root', '--repository', 'build/repository']);
    expect([noRoot.exitCode, noRoot.stderr]).toEqual([2, expect.stringContaining('error COS_CLIENT_REQUEST: The root ')]);
    expect(readdirSync(root, { recursive: true }).filter((path) => !String(path).startsWith('var'))).toEqual(before);
    rmSync(join(root, 'var'), { recursive: true });
  });
});

/** Pushes a repository on disk as the tags of an image repository, by the format alone: one image of one layer for each file, and for each package its content. */
async function pushRepository(folder: string, images: string, auth: AuthProvider = anonymous): Promise<void> {
  await using registry = createRegistry({ auth });
  const push = async (tag: string, layer: Buffer): Promise<void> => {
    const { descriptor } = await registry.pushBlob({ repository: images, content: layer });
    const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] } }));
    const { descriptor: described } = await registry.pushBlob({ repository: images, content: config });
    const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: { ...described, mediaType: 'application/vnd.oci.image.config.v1+json' }, layers: [{ ...descriptor, mediaType: 'application/vnd.oci.image.layer.v1.tar' }] };
    await registry.pushManifest({ reference: `${images}:${tag.replaceAll('+', '-')}`, bytes: Buffer.from(JSON.stringify(manifest)), mediaType: mediaTypes.ociManifest });
  };
  for (const name of readdirSync(folder)) {
    const isPackage = name.endsWith('.package.tar.zst');
    const layer = isPackage ? zstdDecompressSync(readFileSync(join(folder, name))) : execFileSync('tar', ['--create', '--directory', folder, '--', name]);
    await push(isPackage ? name.slice(0, -'.package.tar.zst'.length) : name, layer);
  }
}
