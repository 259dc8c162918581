import { realpathSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';
import type send from 'send';

export interface ServeFolder {
  /** Absolute. */
  readonly folder: string;
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** After each answer. */
  readonly onAnswer?: (answer: { readonly method: string; readonly path: string; readonly status: number }) => void;
}

export interface FolderServer {
  /** `http://127.0.0.1:8000/`. */
  readonly url: string;
  /** Ends connections, too. */
  close(): Promise<void>;
}

/**
 * Files of a folder over HTTP, for reading alone: GET and HEAD, ranges, conditions. Nothing is remembered between requests, so a repository that is replaced
 * is seen at once. No folder is listed, no hidden file is served, and no link leads out of the folder. Rejects with the system's error (EADDRINUSE, EACCES)
 * when the port cannot be had.
 */
export async function serveFolder({ folder, address, port, onAnswer }: ServeFolder): Promise<FolderServer> {
  // Loaded when something is served: every command would wait for it.
  const { default: sendFile } = await import('send');
  const server = createServer((request, response) => {
    response.on('finish', () => onAnswer?.({ method: request.method ?? '', path: request.url ?? '', status: response.statusCode }));
    answer({ folder, sendFile }, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    url: urlOf(server.address()),
    close: async () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

interface Served {
  readonly folder: string;
  readonly sendFile: typeof send;
}

function answer({ folder, sendFile }: Served, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405);
  }
  const path = pathOf(request.url ?? '/');
  if (path === undefined || !isInside(folder, path)) return refuse(response, 404);
  sendFile(request, encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23'), { root: folder, dotfiles: 'ignore', index: false, cacheControl: false })
    .on('error', (error: { readonly status?: number }) => refuse(response, error.status ?? 500))
    .on('directory', () => refuse(response, 404))
    .pipe(response);
}

/** Decoded; undefined for what is no path. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/');
    return path.startsWith('/') && !path.includes('\0') ? path : undefined;
  } catch {
    // A percent sign that encodes nothing.
    return undefined;
  }
}

/** Links may lead anywhere; what is not there is not inside. */
function isInside(folder: string, path: string): boolean {
  try {
    const root = realpathSync(folder);
    const real = realpathSync(join(root, path));
    return real === root || real.startsWith(`${root}${sep}`);
  } catch {
    return false;
  }
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${status}\n`);
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('Internal error: a server without a port');
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}/`;
}
