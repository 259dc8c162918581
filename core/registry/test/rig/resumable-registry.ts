import { digestOf } from '../../src/index.ts';
import { startEdge, type EdgeServer } from './edge-server.ts';

export interface ResumableRegistry extends EdgeServer {
  /** Blobs by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

/**
 * A registry that keeps what arrived of an upload before the connection broke, as the distribution specification describes it and
 * docker-registry does not. `breaks` are the bytes that each part may have before its connection breaks; afterwards nothing breaks.
 */
export async function startResumable({ breaks, statusRange = (bytes) => `0-${bytes - 1}` }: { readonly breaks: readonly number[]; readonly statusRange?: (bytes: number) => string }): Promise<ResumableRegistry> {
  const blobs = new Map<string, Buffer>();
  const left = [...breaks];
  const upload: Buffer[] = [];
  let length = 0;
  let location = 0;
  const edge = await startEdge((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    // Each answer moves the upload, and only its last address is good.
    const moved = (): string => `/upload/${(location += 1)}?state=a%2Bb~:c`;
    if (request.method === 'HEAD') return response.writeHead(blobs.has(url.pathname.split('/').at(-1)!) ? 200 : 404).end();
    if (request.method === 'POST') return response.writeHead(202, { location: moved() }).end();
    if (url.pathname !== `/upload/${location}` || !url.search.startsWith('?state=a%2Bb~:c')) return request.resume().on('end', () => response.writeHead(404).end());
    if (request.method === 'GET') return response.writeHead(204, { location: moved(), range: statusRange(length) }).end();
    const from = Number(/^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1] ?? 0);
    if (from !== length && request.method === 'PATCH') return request.resume().on('end', () => response.writeHead(416, { location: `/upload/${location}`, range: statusRange(length) }).end());
    const limit = request.method === 'PATCH' ? left.shift() : undefined;
    let taken = 0;
    request.on('data', (piece: Buffer) => {
      const part = limit === undefined ? piece : piece.subarray(0, limit - taken);
      taken += part.length;
      upload.push(part);
      length += part.length;
      if (taken === limit) request.socket.resetAndDestroy();
    });
    return request.on('end', () => {
      if (request.method === 'PATCH') return response.writeHead(202, { location: moved(), range: `0-${length - 1}` }).end();
      const digest = url.searchParams.get('digest')!;
      const bytes = Buffer.concat(upload);
      if (digestOf(bytes) !== digest) return response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID"}]}');
      blobs.set(digest, bytes);
      return response.writeHead(201).end();
    });
  });
  return { ...edge, blobs, [Symbol.asyncDispose]: edge.close };
}
