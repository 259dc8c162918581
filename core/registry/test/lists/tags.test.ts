import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/index.ts';
import { startEdge } from '../rig/edge-server.ts';

const page = (tags: unknown): string => JSON.stringify({ name: 'x', tags });

describe('the tags of a repository', () => {
  it('are those of all pages, sorted by code unit, each once', async () => {
    await using server = await startEdge((request, response) => {
      const last = new URL(request.url ?? '', 'http://x').searchParams.get('last');
      if (last === null) return response.setHeader('link', '</v2/x/tags/list?n=2&last=b>; rel="next"').end(page(['b', 'a']));
      if (last === 'b') return response.setHeader('link', `<http://${server.host}/v2/x/tags/list?last=B>; title="a, b"; rel=next`).end(page(['B', 'a']));
      return response.setHeader('link', '</v2/x/tags/list>; rel="first"').end(page(['10', '9']));
    });
    expect(await createRegistry().tags(`${server.host}/x`)).toEqual(['10', '9', 'B', 'a', 'b']);
    expect(server.seen.map(({ url }) => url)).toEqual(['/v2/x/tags/list?n=1000', '/v2/x/tags/list?n=2&last=b', '/v2/x/tags/list?last=B']);
  });

  it('may be none', async () => {
    await using server = await startEdge((_, response) => void response.end(page(null)));
    expect(await createRegistry().tags(`${server.host}/x`)).toEqual([]);
  });

  it.each([
    ['on another host', '<http://127.0.0.2/v2/x/tags/list>; rel="next"', { expected: expect.stringMatching(/^a next page on http:\/\/127/), found: 'one on http://127.0.0.2' }],
    ['that comes again', '</v2/x/tags/list?last=a>; rel="next"', { expected: 'pages that end', found: 'a page that comes again' }],
  ])('are not read from a next page %s', async (_, link, problem) => {
    await using server = await startEdge((_request, response) => void response.setHeader('link', link).end(page(['a'])));
    await expect(createRegistry().tags(`${server.host}/x`)).rejects.toMatchObject({ code: 'protocol', ...problem });
  });

  it('are not read from a list with something else', async () => {
    await using server = await startEdge((_, response) => response.end(page(['a', '../b'])));
    await expect(createRegistry().tags(`${server.host}/x`)).rejects.toMatchObject({ code: 'protocol', expected: 'tags', found: '"../b"' });
  });

  it.each([['<html>'], ['[]'], ['{"tags":["a"]}'], [page('a')]])('are not read from %s', async (body) => {
    await using server = await startEdge((_, response) => void response.end(body));
    await expect(createRegistry().tags(`${server.host}/x`)).rejects.toMatchObject({ code: 'protocol', expected: 'JSON with a name and tags' });
  });
});
