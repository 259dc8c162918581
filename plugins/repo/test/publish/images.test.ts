import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as askServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createRegistry, fixedAuth } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { describe, expect, test } from 'vitest';
import { explain } from '../../src/publish/explain.ts';
import type { Place } from '../../src/publish/place.ts';
import { readPublished } from '../../src/publish/read-published.ts';
import { fromImages, installByHand } from '../independent-reader.ts';
import { temporaryFolder } from '../rig.ts';
import { images, newTree, publishTo, samples } from './rig.ts';

const signal = new AbortController().signal;
const packagesOf = async (place: Place, reference?: string): Promise<readonly string[]> => (await readPublished(place, signal, reference)).packages.map(({ identity: { name, version } }) => `${name}@${version}`);

test('packages, their metadata and the index are images, and adding pushes what is new alone', async () => {
  await using server = await startRegistry();
  const place = await images(`${server.host}/os/repository`);
  const packages = await samples('app/a@1.0+1', { id: 'app/b@2', requires: ['app/a'] });
  const first = await publishTo(place, packages, { trees: [{ name: 'packages', path: await newTree({ 'a/definition.yaml': 'name: a\ncategory: app\nversion: "1.0+1"\n', 'a/build.yaml': 'image: x\n' }) }] });
  const id = first.snapshot!;
  expect(id).toMatch(/^20260101\d{6}-[0-9a-f]{8}$/);
  expect([...(await place.names())].sort()).toEqual([
    `${id}-compilertree.tar.gz`, `${id}-repository.meta.yaml.tar`, `${id}-repository.yaml`, `${id}-tree.tar.gz`, 'a-app-1.0-1', 'a-app-1.0-1.metadata.yaml', 'b-app-2', 'b-app-2.metadata.yaml', 'repository.yaml',
  ]);
  const root = join(await temporaryFolder(), 'root');
  const source = fromImages(`http://${server.host}/v2/os/repository`);
  expect(await installByHand(source, 'app/b', root)).toEqual(['app/a@1.0+1', 'app/b@2']);
  // The file keeps the name that a tag cannot have.
  expect((await source.file('a-app-1.0+1.metadata.yaml')).toString('utf8')).toContain('path: a-app-1.0+1.package.tar.zst');
  const before = server.log().length;
  expect(await publishTo(place, await samples('app/c@1'))).toMatchObject({ revision: 2, added: ['app/c@1'] });
  const asked = server.log().slice(before);
  expect(asked).not.toMatch(/(?:PUT|GET|HEAD) \/v2\/os\/repository\/manifests\/[ab]-app/);
  expect(await packagesOf(place)).toEqual(['a@1.0+1', 'b@2', 'c@1']);
  expect(await packagesOf(place, `${id}-repository.yaml`)).toEqual(['a@1.0+1', 'b@2']);
  expect(await publishTo(place, packages.slice(1))).toMatchObject({ isNew: false, revision: 2 });
});

test('two who publish to one image repository at the same time are both in', { timeout: 120_000 }, async () => {
  await using server = await startRegistry();
  const done = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      const place = await images(`${server.host}/os`);
      return publishTo(place, await samples(`app/${name}@1`));
    }),
  );
  expect(done.every(({ isNew }) => isNew)).toBe(true);
  expect(await packagesOf(await images(`${server.host}/os`))).toEqual(['a@1', 'b@1', 'c@1']);
});

test('what is overwritten in the last moment is found and joined', async () => {
  await using server = await startRegistry();
  const other = await images(`${server.host}/os`);
  const place = await images(`${server.host}/os`);
  // Between the look at the tag and its move nothing can be locked: here the other one publishes just there.
  const squeezed: Place = {
    ...place,
    async replace(text, mark) {
      if (mark === undefined) {
        await publishTo(other, await samples('app/other@1'));
        return place.replace(text, await place.mark());
      }
      return place.replace(text, mark);
    },
  };
  const logged: string[] = [];
  expect(await publishTo(squeezed, await samples('app/mine@1'), { logged })).toMatchObject({ isNew: true, added: ['app/mine@1'] });
  expect(logged).toContain('another one published at the same time: its packages are joined with these');
  expect(await packagesOf(place)).toEqual(['mine@1', 'other@1']);
});

test('old versions and snapshots go from the registry, and equal packages do not take each other along', async () => {
  await using server = await startRegistry();
  const place = await images(`${server.host}/os`);
  const retain = { versions: 1, snapshots: 2 };
  const first = await publishTo(place, await samples({ id: 'app/a@1', text: 'same' }, { id: 'app/b@1', text: 'same' }), { retain });
  await publishTo(place, await samples({ id: 'app/a@2', text: 'same' }), { retain });
  const third = await publishTo(place, await samples('app/c@1'), { retain });
  expect(third.removed).toEqual({ snapshots: [first.snapshot], objects: ['a-app-1', 'a-app-1.metadata.yaml'], stayed: [] });
  expect([...(await place.names())].filter((name) => name.startsWith('a-app-1') || name.startsWith(first.snapshot!))).toEqual([]);
  const root = join(await temporaryFolder(), 'root');
  for (const name of ['app/a', 'app/b', 'app/c']) await installByHand(fromImages(`http://${server.host}/v2/os`), name, root);
});

test('a registry with TLS and a password is published to and read from', async () => {
  const folder = await temporaryFolder();
  const [cert, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'pipe' });
  // bcrypt of "password"
  writeFileSync(join(folder, 'htpasswd'), 'user:$2b$04$e6UNk7taUFdXmStfOnt1CeLWyTVGMD0XdE5chU/ffR3ZdkK5vm/pG\n');
  await using server = await startRegistry({ config: { http: { tls: { certificate: cert, key } }, auth: { htpasswd: { realm: 'x', path: join(folder, 'htpasswd') } } } });
  const tls = { hosts: { [server.host]: { authorities: [readFileSync(cert, 'utf8')] } } };
  const place = await images(`${server.host}/os`, createRegistry({ tls, auth: fixedAuth({ [server.host]: { kind: 'password', username: 'user', password: 'password' } }) }));
  await publishTo(place, await samples('app/a@1'));
  expect(await packagesOf(place)).toEqual(['a@1']);
  const stranger = await images(`${server.host}/os`, createRegistry({ tls }));
  const refused = await publishTo(stranger, await samples('app/b@1')).catch((error: unknown) => explain(error, stranger.name));
  expect(refused).toMatchObject({ diagnostics: [{ code: 'COS_REPO_REGISTRY', hint: expect.stringContaining('Log in to this registry.') }] });
});

describe('a registry that fails in the middle', () => {
  /** Passes requests on until `fails` says that one is to fail, and how. */
  async function flaky(host: string, fails: (request: IncomingMessage, count: number) => 'answer 500' | 'break' | undefined) {
    let count = 0;
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      count += 1;
      const how = fails(request, count);
      if (how === 'break') {
        request.socket.destroy();
        return;
      }
      if (how === 'answer 500') {
        response.writeHead(500).end();
        return;
      }
      const onward = askServer(`http://${host}${request.url ?? ''}`, { method: request.method, headers: { ...request.headers, host: request.headers.host } }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return {
      host: `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  /** All of them in the long repetitions. */
  const step = process.env['COS_TEST_KILLS'] === undefined ? 7 : 1;
  const impatient = { attempts: 1, firstWaitMs: 1, longestWaitMs: 1 };

  test.each(['answer 500', 'break'] as const)('(%s) is told, whichever request it is; the old repository stays whole, and the next publication completes', { timeout: 120_000 }, async (how) => {
    await using server = await startRegistry();
    const direct = await images(`${server.host}/os`);
    await publishTo(direct, await samples('app/a@1'));
    const packages = await samples('app/b@1');
    let failures = 0;
    for (let from = 1; ; from += step) {
      let isOver = false;
      await using between = await flaky(server.host, (_, count) => {
        isOver = count < from;
        return count >= from ? how : undefined;
      });
      const place = await images(`${between.host}/os`, createRegistry({ retries: impatient }));
      const result = await publishTo(place, packages).then(() => 'done', (error: unknown) => explain(error, place.name) ?? error);
      if (result === 'done') break;
      failures += 1;
      expect(result).toMatchObject({ diagnostics: [{ code: 'COS_REPO_REGISTRY', hint: expect.stringContaining('is whole, and the next publication goes on') }] });
      // Before the last request the new index is in place: the list of tags that follows it only looks for others.
      expect(isOver).toBe(false);
      const there = await packagesOf(direct);
      expect([['a@1'], ['a@1', 'b@1']]).toContainEqual(there);
      if (from > 80) throw new Error('it never completes');
    }
    expect(failures).toBeGreaterThan(3);
    expect(await packagesOf(direct)).toEqual(['a@1', 'b@1']);
  });
});
