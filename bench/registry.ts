import { randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createRegistry, digestOf, fileContent } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { duration, shortestOf, type Figure } from './measure.ts';

const rounds = 7;
const size = 100_000_000;

/** A blob to a real registry and back, against the same requests by plain `node:http`, which verifies nothing and could not go on. */
export async function benchRegistry(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-bench-registry-'));
  const server = await startRegistry({ folder: join(folder, 'data') });
  const registry = createRegistry();
  try {
    const path = join(folder, 'blob');
    const bytes = randomBytes(size);
    writeFileSync(path, bytes);
    const descriptor = { mediaType: 'application/octet-stream', digest: digestOf(bytes), size };
    let repositories = 0;
    const push = await shortestOf(rounds, {
      // A new repository each time: what a repository has is not sent.
      async value() {
        repositories += 1;
        await registry.pushBlob({ repository: `${server.host}/r${repositories}`, descriptor, content: fileContent(path) });
      },
      async floor() {
        repositories += 1;
        await plainPush({ base: `http://${server.host}/v2/r${repositories}/`, path, digest: descriptor.digest });
      },
    });
    const pull = await shortestOf(rounds, {
      async value() {
        let received = 0;
        for await (const piece of registry.blob({ repository: `${server.host}/r1`, descriptor })) received += piece.length;
        if (received !== size) throw new Error(`${received} bytes were pulled`);
      },
      async floor() {
        const answer = await ask('GET', `http://${server.host}/v2/r1/blobs/${descriptor.digest}`);
        let received = 0;
        for await (const piece of answer) received += (piece as Buffer).length;
        if (received !== size) throw new Error(`${received} bytes were pulled`);
      },
    });
    return [duration('push a blob of 100 MB, verified', push.value, push.floor), duration('pull a blob of 100 MB, verified', pull.value, pull.floor)];
  } finally {
    await registry.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function plainPush({ base, path, digest }: { readonly base: string; readonly path: string; readonly digest: string }): Promise<void> {
  const locationOf = async (answer: IncomingMessage): Promise<URL> => {
    for await (const _ of answer);
    return new URL(answer.headers.location ?? '', base);
  };
  const started = await locationOf(await ask('POST', `${base}blobs/uploads/`));
  const sent = await locationOf(await ask('PATCH', started.href, createReadStream(path, { highWaterMark: 1 << 20 })));
  sent.searchParams.set('digest', digest);
  const ended = await ask('PUT', sent.href);
  for await (const _ of ended);
  if (ended.statusCode !== 201) throw new Error(`the registry answers ${ended.statusCode}`);
}

async function ask(method: string, url: string, body?: Readable): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? { 'content-length': 0 } : { 'content-type': 'application/octet-stream', 'content-length': size };
    const question = request(url, { method, headers }, resolve).on('error', reject);
    if (body === undefined) question.end();
    else body.pipe(question);
  });
}
