import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

// A door that takes what an engine on this host pushes: as much of a registry as a push asks for, on an address that only this host reaches and under a
// name that nobody can guess. Whatever comes in is compared with digests by who takes it. Format: OCI distribution specification, "Pushing Blobs", and
// Docker's form of it, which sends a blob in one PATCH.

export interface UploadDoor {
  /** What the engine calls the repository: `127.0.0.1:<port>/<name>`. */
  readonly repository: string;
  /** Ends all connections. */
  close(): void;
}

/** `take` is given each blob as it comes and reads it to its end; when it rejects, the upload is refused. */
export async function openUploadDoor(take: (blob: AsyncIterable<Uint8Array>) => Promise<void>): Promise<UploadDoor> {
  const name = `cos-${randomBytes(8).toString('hex')}`;
  const uploads = new Uploads(`/v2/${name}/blobs/`, take);
  const server = createServer((request, response) => {
    uploads.answer(request, response).catch(() => response.writableEnded || response.destroy());
  });
  // An engine tries TLS first; what it sends then is no HTTP.
  server.on('clientError', (_, socket) => socket.destroy());
  return { repository: `127.0.0.1:${await listen(server)}/${name}`, close: () => shut(server) };
}

class Uploads {
  readonly #base: string;
  readonly #take: (blob: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Bytes that came by upload, and by digest once the upload was ended with it. */
  readonly #sizes = new Map<string, number>();
  #count = 0;

  constructor(base: string, take: (blob: AsyncIterable<Uint8Array>) => Promise<void>) {
    this.#base = base;
    this.#take = take;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://door');
    if (pathname === '/v2/' || pathname === '/v2') return end(response, 200, { 'Docker-Distribution-Api-Version': 'registry/2.0' });
    if (!pathname.startsWith(this.#base)) return end(response, 404);
    switch (request.method ?? '') {
      case 'HEAD': {
        const size = this.#sizes.get(pathname);
        return size === undefined ? end(response, 404) : end(response, 200, { 'Content-Length': String(size), 'Docker-Content-Digest': pathname.slice(this.#base.length) });
      }
      case 'POST':
        this.#count += 1;
        return end(response, 202, { Location: `${this.#base}uploads/${this.#count}`, Range: '0-0', 'Docker-Upload-UUID': String(this.#count) });
      case 'PATCH': {
        const size = await this.#receive(request, pathname);
        return end(response, 202, { Location: pathname, Range: `0-${Math.max(0, size - 1)}` });
      }
      case 'PUT': {
        const size = await this.#receive(request, pathname);
        this.#sizes.set(this.#base + (searchParams.get('digest') ?? ''), size);
        return end(response, 201, { Location: pathname });
      }
      default:
        return end(response, 405);
    }
  }

  /** Takes a body, which may be empty, and answers how much the upload has. */
  async #receive(request: IncomingMessage, upload: string): Promise<number> {
    let size = this.#sizes.get(upload) ?? 0;
    const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if (hasBody) {
      async function* counted(): AsyncGenerator<Uint8Array> {
        for await (const chunk of request) {
          // A request without encoding gives buffers.
          const bytes: unknown = chunk;
          if (!(bytes instanceof Uint8Array)) continue;
          size += bytes.length;
          yield bytes;
        }
      }
      await this.#take(counted());
    }
    this.#sizes.set(upload, size);
    return size;
  }
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'Content-Length': '0', ...headers });
  response.end();
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('Internal error: a server has no port'));
    });
  });
}

function shut(server: Server): void {
  server.close();
  server.closeAllConnections();
}
