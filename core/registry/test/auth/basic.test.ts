import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry, fixedAuth, type Registry } from '../../src/index.ts';
import { startRegistry, type TestRegistry } from '../../src/testing.ts';
import { startEdge } from '../rig/edge-server.ts';
import { collect, pushImage } from '../rig/image.ts';

let folder: string;
let server: TestRegistry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cos-registry-basic-'));
  // bcrypt of "password"
  await writeFile(join(folder, 'htpasswd'), 'user:$2b$04$e6UNk7taUFdXmStfOnt1CeLWyTVGMD0XdE5chU/ffR3ZdkK5vm/pG\n');
  server = await startRegistry({ config: { auth: { htpasswd: { realm: 'a, "quoted" realm', path: join(folder, 'htpasswd') } } } });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function as(username: string, password: string): Registry {
  return createRegistry({ auth: fixedAuth({ [server.host]: { kind: 'password', username, password } }) });
}

describe('a registry with users', () => {
  it('gives and takes everything with a good password', async () => {
    const registry = as('user', 'password');
    const image = await pushImage(registry, `${server.host}/team/x:1`);
    expect(await registry.resolve(`${server.host}/team/x:1`)).toEqual(image.descriptor);
    expect(await collect(registry.blob({ repository: `${server.host}/team/x`, descriptor: image.layerDescriptor }))).toEqual(Buffer.from(image.layer));
    expect(await registry.tags(`${server.host}/team/x`)).toEqual(['1']);
  });

  it.each([
    ['without credentials', () => createRegistry()],
    ['with a wrong password', () => as('user', 'wrong-secret')],
    ['with credentials for another registry only', () => createRegistry({ auth: fixedAuth({ 'localhost:1': { kind: 'password', username: 'user', password: 'password' } }) })],
  ])('%s is not read, and says so without the password', async (_, client) => {
    const error: unknown = await client().resolve(`${server.host}/team/x:1`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unauthorized', status: 401, registry: server.host, hint: 'Log in to this registry. Registries also answer so for repositories that do not exist.' });
    for (const secret of ['wrong-secret', Buffer.from('user:wrong-secret').toString('base64')]) expect(inspect(error, { depth: 20 })).not.toContain(secret);
  });

  it('is asked with the password from the second request on, so that only the first one is made twice', async () => {
    await using edge = await startEdge((request, response) => (request.headers.authorization === undefined ? response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end() : response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end()));
    const registry = createRegistry({ auth: fixedAuth({ [edge.host]: { kind: 'password', username: 'ü', password: 'ö:1' } }) });
    await registry.resolve(`${edge.host}/a:1`);
    await registry.resolve(`${edge.host}/b:1`);
    const sent = `Basic ${Buffer.from('ü:ö:1').toString('base64')}`;
    expect(edge.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, sent, sent]);
  });

  it('that repeats the password in its answer does not get it into the error', async () => {
    await using edge = await startEdge((request, response) => {
      if (request.headers.authorization === undefined) return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [{ code: 'DENIED', message: `no ${request.headers.authorization} and no top-secret` }] }));
    });
    const registry = createRegistry({ auth: fixedAuth({ [edge.host]: { kind: 'password', username: 'user', password: 'top-secret' } }) });
    await expect(registry.manifest(`${edge.host}/a:1`)).rejects.toMatchObject({ code: 'denied', registryCode: 'DENIED', registryMessage: 'no Basic [hidden] and no [hidden]' });
  });
});
