import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changeRoot, ClientError, httpTransport, openRepository, planChanges } from '../src/index.ts';
import { createWorld, type World } from './rig/world.ts';

const packages = [{ id: 'a/b@1', requires: ['a/c'], entries: [{ name: 'b', content: 'b'.repeat(3000) }] }, { id: 'a/c@1', entries: [{ name: 'c', content: 'c' }] }];

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

async function refusal(world: World): Promise<string> {
  const error = await world.install(['a/b']).then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ClientError);
  expect(world.content()).toEqual({});
  return error instanceof ClientError ? `${error.code}: ${error.message.replaceAll(world.folder, '')}` : '';
}

describe('a repository on disk', () => {
  test.each([
    ['tree.tar.gz', 'corrupt: The tree tree.tar.gz of /main is not the one that repository.yaml names.'],
    ['repository.meta.yaml.tar', 'corrupt: The index repository.meta.yaml.tar of /main is not the one that repository.yaml names.'],
    ['b-a-1.package.tar.gz', 'b-a-1.package.tar.gz of a/b@1'],
    ['c-a-1.package.tar.gz', 'c-a-1.package.tar.gz of a/c@1'],
  ])('with a flipped byte anywhere in %s is refused, naming it, and the root stays as it was', async (name, message) => {
    await using world = await createWorld();
    await world.publish({ packages });
    const path = join(world.folder, 'main', name);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 40)) {
      writeFileSync(path, whole);
      flip(path, at);
      // A flipped byte of a package may already break its compression.
      const told = await refusal(world);
      if (!told.includes(message)) expect(told).toMatch(/^(?:corrupt|unsafe|limit): The archive of a\/[bc]@1 is refused/);
    }
    writeFileSync(path, whole);
    await world.install(['a/b']);
    expect(Object.keys(world.content())).toEqual(['b', 'c']);
  });

  test('with two packages swapped, one truncated, one gone, or no index is refused', async () => {
    await using world = await createWorld();
    await world.publish({ packages });
    const at = (name: string) => join(world.folder, 'main', name);
    const [b, c] = [at('b-a-1.package.tar.gz'), at('c-a-1.package.tar.gz')];
    copyFileSync(b, at('kept'));
    copyFileSync(c, b);
    expect(await refusal(world)).toBe('corrupt: The archive b-a-1.package.tar.gz of a/b@1 in /main is not the one that the index names.');
    writeFileSync(b, readFileSync(at('kept')).subarray(0, 40));
    expect(await refusal(world)).toMatch(/^corrupt: The archive of a\/b@1 is refused/);
    rmSync(b);
    expect(await refusal(world)).toBe('not-found: The repository /main has no file b-a-1.package.tar.gz.');
    renameSync(at('kept'), b);
    rmSync(at('repository.meta.yaml.tar'));
    expect(await refusal(world)).toBe('not-found: The repository /main has no file repository.meta.yaml.tar.');
    writeFileSync(at('repository.yaml'), '- not: [a repository');
    expect(await refusal(world)).toBe('format: The repository main cannot be used.');
  });
});

describe('a repository behind a web server', () => {
  interface Web extends AsyncDisposable {
    readonly url: string;
    readonly requests: string[];
  }

  async function serve(folder: string, answer: (name: string, range: number, response: ServerResponse, bytes: Buffer) => boolean): Promise<Web> {
    const requests: string[] = [];
    const server: Server = createServer((request, response) => {
      const name = decodeURIComponent((request.url ?? '').slice(1));
      const range = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      requests.push(range === 0 ? name : `${name} from ${range}`);
      let bytes: Buffer;
      try {
        bytes = readFileSync(join(folder, name));
      } catch {
        response.writeHead(404).end();
        return;
      }
      if (answer(name, range, response, bytes)) return;
      response.writeHead(range === 0 ? 200 : 206, { etag: '"1"', 'content-length': bytes.length - range });
      response.end(bytes.subarray(range));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return {
      url: `http://127.0.0.1:${port}`,
      requests,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  async function install(world: World, url: string): Promise<void> {
    const signal = new AbortController().signal;
    const repository = await openRepository({ name: 'web', transports: [httpTransport({ url, wait: async () => undefined })], signal });
    const wanted = [{ category: 'a', name: 'b', version: '>=0' }];
    await changeRoot({ root: world.root, repositories: [repository], plan: (installed) => planChanges({ installed, repositories: [repository], wanted, others: 'keep' }), requested: () => true, signal });
  }

  test('installs; a transfer that is cut in the middle goes on where it stopped, and a failure that passes is tried again', async () => {
    await using world = await createWorld();
    await world.publish({ packages });
    let cut = 0;
    let failed = 0;
    await using web = await serve(join(world.folder, 'main'), (name, range, response, bytes) => {
      if (name === 'tree.tar.gz' && failed++ < 2) {
        response.writeHead(503).end();
        return true;
      }
      if (name !== 'repository.meta.yaml.tar' || cut++ > 0) return false;
      response.writeHead(200, { etag: '"1"', 'content-length': bytes.length });
      response.write(bytes.subarray(range, 700), () => setTimeout(() => response.destroy(), 20));
      return true;
    });
    await install(world, web.url);
    expect(Object.keys(world.content())).toEqual(['b', 'c']);
    expect(web.requests).toEqual(['repository.yaml', 'tree.tar.gz', 'tree.tar.gz', 'tree.tar.gz', 'repository.meta.yaml.tar', 'repository.meta.yaml.tar from 700', 'c-a-1.package.tar.gz', 'b-a-1.package.tar.gz']);
  });

  test.each([
    ['answers 500', (_: string, _range: number, response: ServerResponse) => (response.writeHead(500).end(), true), 'unreachable', 4],
    ['answers 403', (_: string, _range: number, response: ServerResponse) => (response.writeHead(403).end(), true), 'unreachable', 1],
    ['closes every connection', (_: string, _range: number, response: ServerResponse) => (response.destroy(), true), 'unreachable', 4],
    ['serves truncated files as whole ones', (name: string, _range: number, response: ServerResponse, bytes: Buffer) => name === 'tree.tar.gz' && (response.end(bytes.subarray(0, 50)), true), 'corrupt', 2],
    ['serves a file that never ends as description', (_: string, _range: number, response: ServerResponse) => (response.end(Buffer.alloc(5 * 1024 ** 2, 0x20)), true), 'limit', 1],
  ])('that %s is told, and the root stays as it was', async (_, answer, code, requests) => {
    await using world = await createWorld();
    await world.publish({ packages });
    await using web = await serve(join(world.folder, 'main'), answer);
    await expect(install(world, web.url)).rejects.toMatchObject({ code });
    expect(web.requests).toHaveLength(requests);
    expect(world.content()).toEqual({});
  });

  test('that is not there is told with its address', async () => {
    await using world = await createWorld();
    await expect(install(world, 'http://127.0.0.1:9')).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('http://127.0.0.1:9/repository.yaml cannot be read') });
  });
});
