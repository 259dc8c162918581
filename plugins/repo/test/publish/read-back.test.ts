import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { changeRoot, ClientError, diskTransport, httpTransport, imageTransport, openRepository, planChanges, type Transport } from '@cos/client';
import { createRegistry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fromFolder, fromImages, fromWeb, installByHand } from '../independent-reader.ts';
import { temporaryFolder } from '../rig.ts';
import { folder, images, list, publishTo, samples } from './rig.ts';

// What is published is read by a client that shares no code with the writer, and by that of `cos install`, which has to refuse whatever was changed since.

const signal = new AbortController().signal;
const ids = ['app/a@1.0+1', 'app/b@2', 'app/z@1'];
const packages = () => samples('app/a@1.0+1', { id: 'app/b@2', requires: ['app/a'] }, { id: 'app/z@1', text: 'unconcerned' });

/** As `cos install app/b` does it. Answers what came, or which error it was. The root is as it was after an error. */
async function install(transport: Transport): Promise<string> {
  const root = await temporaryFolder();
  writeFileSync(join(root, 'kept'), 'kept');
  try {
    const repository = await openRepository({ name: 'r', transports: [transport], signal });
    const { install: installed } = await changeRoot({ root, repositories: [repository], plan: (before) => planChanges({ installed: before, repositories: [repository], wanted: [{ category: 'app', name: 'b', version: '>=0' }], others: 'keep' }), requested: () => true, signal });
    expect(readdirSync(join(root, 'usr/share')).map((name) => readFileSync(join(root, 'usr/share', name), 'utf8'))).toEqual(['app/a@1.0+1', 'app/b@2']);
    return installed.map(({ definition: { name, version } }) => `${name}@${version}`).join(' ');
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    expect(readdirSync(root, { recursive: true }).filter((path) => !String(path).startsWith('var'))).toEqual(['kept']);
    return `${error.code}: ${error.message}`;
  }
}

async function serve(path: string): Promise<string> {
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(path, basename(decodeURIComponent(request.url ?? '')))));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function readImages(server: TestRegistry): Transport {
  const registry = createRegistry();
  onTestFinished(async () => registry.close());
  return imageTransport({ registry, repository: `${server.host}/os`, platform: 'linux/amd64' });
}

describe('a folder', () => {
  test('is read by others, as it is and behind a web server', async () => {
    const path = await temporaryFolder();
    await publishTo(folder(path), await packages());
    const url = await serve(path);
    for (const source of [fromFolder(path), fromWeb(url)]) expect(await installByHand(source, '*', join(await temporaryFolder(), 'root'))).toEqual(ids);
    for (const transport of [diskTransport(path), httpTransport({ url })]) expect(await install(transport)).toBe('a@1.0+1 b@2');
  });

  test.each([
    ['the tree', /-tree\.tar\.gz$/],
    ['the index', /-repository\.meta\.yaml\.tar$/],
    ['a package', /^b-app-2\.package/],
    ['a package that is required', /^a-app-1\.0\+1\.package/],
  ])('in which a byte of %s is changed, or which lost its end, is refused with the name of the file', async (_, pattern) => {
    const path = await temporaryFolder();
    await publishTo(folder(path), await packages());
    const url = await serve(path);
    const name = list(path).find((each) => pattern.test(each)) ?? '';
    const whole = readFileSync(join(path, name));
    const told = name.includes('.package.') ? (name.startsWith('a') ? 'app/a@1.0+1' : 'app/b@2') : name;
    for (const damage of [flip(whole, 0), flip(whole, whole.length >> 1), flip(whole, whole.length - 1), whole.subarray(0, whole.length - 7), Buffer.alloc(0)]) {
      writeFileSync(join(path, name), damage);
      for (const transport of [diskTransport(path), httpTransport({ url })]) expect(await install(transport)).toMatch(new RegExp(`^corrupt: .*${escape(told)}`));
    }
    writeFileSync(join(path, name), whole);
    expect(await install(diskTransport(path))).toBe('a@1.0+1 b@2');
  });

  test('in which two packages changed places is refused, and other packages than those that are asked for do not matter', async () => {
    const path = await temporaryFolder();
    await publishTo(folder(path), await packages());
    const [a, b, z] = ['a-app-1.0+1', 'b-app-2', 'z-app-1'].map((name) => join(path, `${name}.package.tar.zst`)) as [string, string, string];
    writeFileSync(z, 'x');
    expect(await install(diskTransport(path))).toBe('a@1.0+1 b@2');
    copyFileSync(a, join(path, 'kept'));
    renameSync(b, a);
    renameSync(join(path, 'kept'), b);
    expect(await install(diskTransport(path))).toMatch(/^corrupt: The archive a-app-1\.0\+1\.package\.tar\.zst of app\/a@1\.0\+1 .* is not the one that the index names\.$/);
  });

  test('whose description is damaged is refused where it can be told', async () => {
    const path = await temporaryFolder();
    await publishTo(folder(path), await packages());
    const description = join(path, 'repository.yaml');
    const text = readFileSync(description, 'utf8');
    for (const damage of ['', text.slice(0, text.length / 3), text.replace('repo_files', 'repo_filez'), text.replace(/filename: .*-tree.tar.gz/, 'filename: ../tree.tar.gz')]) {
      writeFileSync(description, damage);
      expect(await install(diskTransport(path))).toBe('format: The repository r cannot be used.');
    }
    writeFileSync(description, text.replace(/sha256: ./g, 'sha256: g'));
    expect(await install(diskTransport(path))).toMatch(/^corrupt: The tree .* is not the one that repository\.yaml names\.$/);
  });
});

describe('an image repository', () => {
  async function published(): Promise<{ readonly server: TestRegistry; readonly blobOf: (digest: string) => string; readonly linkOf: (tag: string) => string }> {
    const server = await startRegistry();
    onTestFinished(async () => server.close());
    await publishTo(await images(`${server.host}/os`), await packages());
    const data = join(server.folder, 'docker/registry/v2');
    return {
      server,
      blobOf: (digest) => join(data, 'blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data'),
      linkOf: (tag) => join(data, 'repositories/os/_manifests/tags', tag, 'current/link'),
    };
  }

  test('is read by others', async () => {
    const { server } = await published();
    expect(await installByHand(fromImages(`http://${server.host}/v2/os`), '*', join(await temporaryFolder(), 'root'))).toEqual(ids);
    expect(await install(readImages(server))).toBe('a@1.0+1 b@2');
  });

  test.each(['repository.yaml', 'tree', 'index', 'a-app-1.0-1', 'b-app-2'])('of which a byte of the manifest, the config or the layer of %s is changed is refused with its name, or gives what was published', async (which) => {
    const { server, blobOf, linkOf } = await published();
    const tags = (await createRegistry().tags(`${server.host}/os`)) ?? [];
    const tag = tags.find((each) => each === which || each.endsWith(which === 'tree' ? '-tree.tar.gz' : '-repository.meta.yaml.tar')) ?? which;
    const found = which === 'repository.yaml' || which.includes('app') ? which : tag;
    const manifestBlob = blobOf(readFileSync(linkOf(found), 'utf8'));
    const manifest = JSON.parse(readFileSync(manifestBlob, 'utf8'));
    for (const [part, path] of [['manifest', manifestBlob], ['config', blobOf(manifest.config.digest)], ['layer', blobOf(manifest.layers[0].digest)]] as const) {
      const whole = readFileSync(path);
      for (const damage of [flip(whole, whole.length >> 1), whole.subarray(0, whole.length - 5)]) {
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, damage);
        const result = await install(readImages(server));
        // A config that nobody needs to read may be damaged without harm: the layer is verified by the manifest.
        if (part === 'config' && result === 'a@1.0+1 b@2') continue;
        expect(result, part).toMatch(/^(?:corrupt|unreachable|not-found|format): /);
        expect(result, part).toMatch(which.includes('app') ? new RegExp(escape(which.startsWith('a') ? 'a-app-1.0+1' : 'b-app-2')) : new RegExp(escape(found)));
      }
      writeFileSync(path, whole);
    }
    expect(await install(readImages(server))).toBe('a@1.0+1 b@2');
  });

  test('in which two packages changed places gives those that the index names, and one whose image is gone is refused', async () => {
    const { server, blobOf, linkOf } = await published();
    const [a, b] = [linkOf('a-app-1.0-1'), linkOf('b-app-2')];
    const [digestOfA, digestOfB] = [readFileSync(a, 'utf8'), readFileSync(b, 'utf8')];
    writeFileSync(a, digestOfB);
    writeFileSync(b, digestOfA);
    expect(await install(readImages(server))).toBe('a@1.0+1 b@2');
    writeFileSync(blobOf(digestOfA), readFileSync(blobOf(digestOfB)));
    expect(await install(readImages(server))).toMatch(/^(?:corrupt|unreachable): .*a-app-1\.0\+1\.package\.tar\.zst/);
  });

  test('whose tags of the index changed places is refused', async () => {
    const { server, linkOf } = await published();
    const tags = (await createRegistry().tags(`${server.host}/os`)) ?? [];
    const [tree, meta] = ['-tree.tar.gz', '-repository.meta.yaml.tar'].map((end) => linkOf(tags.find((tag) => tag.endsWith(end)) ?? '')) as [string, string];
    const [first, second] = [readFileSync(tree), readFileSync(meta)];
    writeFileSync(tree, second);
    writeFileSync(meta, first);
    expect(await install(readImages(server))).toMatch(/^format: The image .*-tree\.tar\.gz holds no file .*-tree\.tar\.gz\.$/);
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

function escape(text: string): string {
  return text.replaceAll(/[.+]/g, '\\$&');
}
