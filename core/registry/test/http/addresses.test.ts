import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from 'node:http';
import { connect } from 'node:net';
import { createRegistry, fixedAuth, hostSettings, hostVariables } from '../../src/index.ts';
import { findEndpoint, isLoopback } from '../../src/http/endpoint.ts';
import { startRegistry, type TestRegistry } from '../../src/testing.ts';
import { forward, startEdge } from '../rig/edge-server.ts';
import { pushImage } from '../rig/image.ts';

let server: TestRegistry;

beforeAll(async () => {
  server = await startRegistry();
  await pushImage(createRegistry(), `${server.host}/library/debian:12`);
});
afterAll(async () => {
  await server.close();
});

describe('the address of a registry', () => {
  const none = { insecure: ['plain.example:80'], endpoints: {}, hasTls: async (host: string) => host === 'localhost:5001' };

  it.each([
    ['docker.io', 'https://registry-1.docker.io/'],
    ['ghcr.io', 'https://ghcr.io/'],
    ['r.example:5000', 'https://r.example:5000/'],
    ['plain.example:80', 'http://plain.example/'],
    ['plain.example', 'https://plain.example/'],
    ['localhost:5000', 'http://localhost:5000/'],
    ['localhost:5001', 'https://localhost:5001/'],
    ['127.8.9.1', 'http://127.8.9.1/'],
    ['[::1]:5000', 'http://[::1]:5000/'],
    ['[2001:db8::1]:5000', 'https://[2001:db8::1]:5000/'],
    ['127.0.0.1.example', 'https://127.0.0.1.example/'],
  ])('of %s is %s', async (registry, address) => {
    expect((await findEndpoint(registry, none)).base.href).toBe(address);
  });

  it('is on the own machine for addresses of the loopback only', () => {
    expect(['localhost', '127.0.0.1', '127.255.0.1', '[::1]', '::1'].filter((name) => !isLoopback(name))).toEqual([]);
    expect(['localhost.example', '127.0.0.1.example', '128.0.0.1', '[::2]', '0.0.0.0'].filter((name) => isLoopback(name))).toEqual([]);
  });

  it('may be another one, whose credentials are its own', async () => {
    await using mirror = await startEdge((request, response) => {
      if (request.headers.authorization === undefined) return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return forward(request, response, { host: server.host });
    });
    const auth = fixedAuth({ 'docker.io': { kind: 'password', username: 'hub', password: 'x' }, [mirror.host]: { kind: 'password', username: 'mirror', password: 'x' } });
    await using registry = createRegistry({ auth, endpoints: { 'docker.io': `http://${mirror.host}` } });
    expect(await registry.resolve('debian:12')).toEqual(await registry.resolve(`${server.host}/library/debian:12`));
    expect(mirror.seen.at(-1)).toMatchObject({ url: '/v2/library/debian/manifests/12', headers: { authorization: `Basic ${Buffer.from('mirror:x').toString('base64')}` } });
    await expect(registry.resolve('nothing:12')).resolves.toBeUndefined();
  });

  it('may be of version 6, and may have a path', async () => {
    await using six = await startEdge((request, response) => forward(Object.assign(request, { url: request.url?.replace('/mirror/', '/') }), response, { host: server.host }), { address: '::1' });
    await using registry = createRegistry({ endpoints: { 'docker.io': `http://${six.host}/mirror` } });
    expect(await registry.resolve('debian:12')).toBeDefined();
    expect(await registry.resolve(`${six.host}/library/debian:12`)).toBeDefined();
    expect(six.seen.map(({ url }) => url)).toEqual(['/mirror/v2/library/debian/manifests/12', '/v2/library/debian/manifests/12']);
  });
});

describe('a proxy', () => {
  it('is asked for other hosts, but not for those of the loopback and those that are listed', async () => {
    const { createServer } = await import('node:http');
    const asked: string[] = [];
    const proxy = createServer((question, response) => {
      asked.push(question.url ?? '');
      const url = new URL(question.url ?? '');
      question.pipe(request({ host: '127.0.0.1', port: server.port, method: question.method, path: url.pathname, headers: question.headers }, (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 0, answer.headers))));
    });
    proxy.on('connect', (question, socket) => {
      asked.push(`CONNECT ${question.url}`);
      const onward = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { port: number };
    const { proxy: settings } = hostSettings({ http_proxy: `http://127.0.0.1:${port}`, NO_PROXY: 'direct.invalid' });
    await using registry = createRegistry({ proxy: settings!, insecure: ['registry.invalid', 'direct.invalid'], retries: { attempts: 1 } });
    expect(await registry.resolve('registry.invalid/library/debian:12')).toBeDefined();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('registry.invalid');
    expect(await registry.resolve(`${server.host}/library/debian:12`)).toBeDefined();
    await expect(registry.resolve('direct.invalid/x:1')).rejects.toMatchObject({ code: 'unreachable', found: expect.stringContaining('direct.invalid') });
    expect(asked).toHaveLength(1);
    proxy.closeAllConnections();
    proxy.close();
  });

  it('is among what is read of no more variables than are named', () => {
    const read = new Set<string>();
    const env = new Proxy<Record<string, string>>({}, { get: (_, name) => void read.add(String(name)) });
    hostSettings(env);
    expect([...read].filter((name) => !hostVariables.includes(name))).toEqual([]);
    expect(hostVariables).toContain('PATH');
  });

  it('is found in the variables of a process, in upper or lower case', () => {
    expect(hostSettings({ HTTPS_PROXY: 'http://a:1', no_proxy: 'b' }).proxy).toEqual({ http: '', https: 'http://a:1', none: 'b' });
    expect(hostSettings({}).proxy).toBeUndefined();
    expect(hostSettings({ HOME: '/home/u' }).tls.folders).toEqual(['/home/u/.config/containers/certs.d', '/home/u/.config/docker/certs.d', '/etc/docker/certs.d', '/etc/containers/certs.d']);
  });
});
