import { describe, expect, it } from 'vitest';
import { createRegistry, fileContent, type Registry } from '../src/index.ts';
import { startEdge } from './rig/edge-server.ts';
import { collect } from './rig/image.ts';

// What a caller may get wrong, and what every call has in common.

const digest = `sha256:${'0'.repeat(64)}`;
const repository = '127.0.0.1:9/x';

describe('a call', () => {
  it.each<[string, (registry: Registry) => Promise<unknown>, object]>([
    ['a reference that is none', (registry) => registry.resolve('X'), { found: '"X"' }],
    ['parts of a reference that lead elsewhere', (registry) => registry.resolve({ registry: '127.0.0.1:9', repository: '../../etc' }), { found: '".."' }],
    ['a tag in parts that leads elsewhere', (registry) => registry.manifest({ registry: '127.0.0.1:9', repository: 'x', tag: '../y' }), { code: 'reference' }],
    ['a repository with a tag', (registry) => registry.tags('127.0.0.1:9/x:1'), { found: 'the tag 1' }],
    ['a digest that is none', (registry) => registry.hasBlob({ repository, digest: '../y' }), { found: '"../y"' }],
    ['a descriptor without a digest', async (registry) => registry.blob({ repository, descriptor: { digest: 'x', size: 1 } }), { found: '"x"' }],
    ['a digest of another algorithm', (registry) => registry.pushBlob({ repository, content: new Uint8Array(), descriptor: { mediaType: 'x', digest: `md5:${'0'.repeat(32)}`, size: 0 } }), { code: 'reference' }],
    ['a repository of another registry to mount from', (registry) => registry.pushBlob({ repository, content: new Uint8Array(), mountFrom: ['127.0.0.1:8/x'] }), { expected: '127.0.0.1:9', found: '127.0.0.1:8' }],
    ['a repository to be deleted', (registry) => registry.delete(repository), { expected: 'a reference with a digest or a tag', found: repository }],
    ['a tag that is none', (registry) => registry.tag(`${repository}:1`, 'a b'), { found: '"a b"' }],
    ['a platform that is none', (registry) => registry.config(`${repository}:1`, { platform: 'linux' }), { found: '"linux"' }],
  ])('with %s is refused before anything is asked', async (_, call, problem) => {
    await expect(call(createRegistry())).rejects.toMatchObject({ code: 'reference', ...problem });
  });

  it('with content that cannot be read names it', async () => {
    await expect(createRegistry().pushBlob({ repository, content: fileContent('/nowhere/blob') })).rejects.toMatchObject({ code: 'content', found: expect.stringContaining('/nowhere/blob') });
  });

  it.each<[string, (registry: Registry, host: string, signal: AbortSignal) => Promise<unknown>]>([
    ['resolve', (registry, host, signal) => registry.resolve(`${host}/x:1`, { signal })],
    ['resolve for a platform', (registry, host, signal) => registry.resolve(`${host}/x:1`, { platform: 'linux/amd64', signal })],
    ['manifest', (registry, host, signal) => registry.manifest(`${host}/x:1`, { signal })],
    ['config', (registry, host, signal) => registry.config(`${host}/x:1`, { signal })],
    ['blob', (registry, host, signal) => collect(registry.blob({ repository: `${host}/x`, descriptor: { digest, size: 1 }, signal }))],
    ['hasBlob', (registry, host, signal) => registry.hasBlob({ repository: `${host}/x`, digest, signal })],
    ['pushBlob', (registry, host, signal) => registry.pushBlob({ repository: `${host}/x`, content: Buffer.from('x'), signal })],
    ['pushManifest', (registry, host, signal) => registry.pushManifest({ reference: `${host}/x`, bytes: Buffer.from('{"schemaVersion":2,"manifests":[]}'), mediaType: 'application/vnd.oci.image.index.v1+json', signal })],
    ['tag', (registry, host, signal) => registry.tag(`${host}/x:1`, '2', { signal })],
    ['tags', (registry, host, signal) => registry.tags(`${host}/x`, { signal })],
    ['referrers', (registry, host, signal) => registry.referrers(`${host}/x@${digest}`, { signal })],
    ['delete', (registry, host, signal) => registry.delete(`${host}/x:1`, { signal })],
  ])('of %s ends with the reason of an abort', async (_, call) => {
    await using silent = await startEdge(() => {});
    const controller = new AbortController();
    const reason = new Error('enough');
    const called = call(createRegistry(), silent.host, controller.signal);
    setTimeout(() => controller.abort(reason), 50);
    await expect(called).rejects.toBe(reason);
  });

  it('may be made many times at once with one signal, without a warning of too many listeners', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listen);
    await using tokens = await startEdge((_, response) => setTimeout(() => response.end('{"token":"good"}'), 100));
    await using closed = await startEdge((request, response) => (request.headers.authorization === undefined ? response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${tokens.host}/token"` }).end() : response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end()));
    const registry = createRegistry();
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 60 }, (_, at) => registry.resolve(`${closed.host}/x:${at}`, { signal })));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });
});
