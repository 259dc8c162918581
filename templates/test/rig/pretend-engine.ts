import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPretended } from './pretend-build.ts';
import { exportedFiles, imageOf, layerOf, savedImage, type PretendedImage } from './pretend-image.ts';

// A container engine at the edge: the part of its HTTP interface that building packages asks for, over images that are held in memory. What a step writes
// follows from everything that its image holds already, so that a build that starts from another image than it should shows in the bytes.

export interface PretendedEngine extends AsyncDisposable {
  readonly socket: string;
  /** One for each build, in the order in which they started. */
  readonly builds: readonly PretendedBuild[];
  /** The largest number of builds that were at work at once. */
  readonly mostAtOnce: () => number;
  /** Containers that are there. */
  readonly containers: () => number;
}

export interface PretendedBuild {
  /** The image that the Dockerfile starts from. */
  readonly from: string;
  readonly tag: string;
  /** Equal for two builds of the same Dockerfile in the same context. */
  readonly inputs: string;
}

export interface PretendedEngineOptions {
  /** Milliseconds that a build takes, drawn anew for each. */
  readonly delay: () => number;
}

/** Starts an engine on a socket of its own in the folder for temporary files. */
export async function startPretendedEngine({ delay }: PretendedEngineOptions): Promise<PretendedEngine> {
  const images = new Map<string, PretendedImage>();
  const tags = new Map<string, string>();
  const containers = new Map<string, PretendedImage>();
  const builds: PretendedBuild[] = [];
  let working = 0;
  let most = 0;
  const find = (name: string): PretendedImage | undefined => images.get(tags.get(name) ?? name);
  const keep = (image: PretendedImage, tag: string): string => {
    images.set(image.id, image);
    tags.set(tag, image.id);
    return image.id;
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine');
    const path = url.pathname.replace(/^\/v[0-9.]+/, '');
    const query = url.searchParams;
    const json = (value: unknown, status = 200): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const named = /^\/images\/(.+)\/(json|tag|get|history)$/.exec(path);
    const contained = /^\/containers\/([^/]+)(\/export)?$/.exec(path);
    if (path === '/_ping') return void response.end('OK');
    if (path === '/version') return json({ Version: '0', ApiVersion: '1.41', Os: 'linux', Arch: 'amd64', Components: [] });
    if (path === '/info') return json({ OSType: 'linux', Architecture: 'x86_64', SecurityOptions: [], Driver: 'overlay2' });
    if (path === '/images/json') return json([...images.values()].map((image) => ({ Id: image.id, RepoTags: [...tags].flatMap(([tag, id]) => (id === image.id ? [tag] : [])) })));
    if (path === '/images/create') {
      const changes = query.getAll('changes').flatMap((line) => (line.startsWith('ENV ') ? [line.slice(4).replaceAll('"', '')] : []));
      return json({ status: keep(await imageOf([await layerOf(await bytesOf(request))], changes), `${query.get('repo')}:${query.get('tag')}`) });
    }
    if (path === '/build') {
      working += 1;
      most = Math.max(most, working);
      try {
        const context = await bytesOf(request);
        await new Promise((resolve) => setTimeout(resolve, delay()));
        const built = await buildPretended({ context, dockerfile: query.get('dockerfile') ?? 'Dockerfile', find });
        builds.push({ from: built.from, tag: query.get('t') ?? '', inputs: built.inputs });
        if (built.image === undefined) return json({ error: built.problem, errorDetail: { message: built.problem } });
        return json({ aux: { ID: keep(built.image, query.get('t') ?? built.image.id) } });
      } finally {
        working -= 1;
      }
    }
    if (path === '/containers/json') return json([]);
    if (path === '/containers/create') {
      const { Image: of } = JSON.parse((await bytesOf(request)).toString()) as { readonly Image: string };
      const image = find(of);
      if (image === undefined) return json({ message: `No such image: ${of}` }, 404);
      const id = randomUUID();
      containers.set(id, image);
      return json({ Id: id }, 201);
    }
    if (contained !== null) {
      const image = containers.get(contained[1] ?? '');
      if (image === undefined) return json({ message: 'No such container' }, 404);
      if (contained[2] !== undefined) return void response.end(await exportedFiles(image));
      containers.delete(contained[1] ?? '');
      return void response.writeHead(204).end();
    }
    if (named !== null) {
      const image = find(decodeURIComponent(named[1] ?? ''));
      if (image === undefined) return json({ message: `No such image: ${named[1]}` }, 404);
      if (named[2] === 'tag') tags.set(`${query.get('repo')}:${query.get('tag')}`, image.id);
      if (named[2] === 'history') return json(image.layers.map(({ tar }) => ({ CreatedBy: '', Comment: '', Size: tar.length })));
      if (named[2] === 'get') return void response.end(await savedImage(image));
      if (named[2] === 'tag') return void response.writeHead(201).end();
      return json({
        Id: image.id,
        Os: 'linux',
        Architecture: 'amd64',
        RootFS: { Type: 'layers', Layers: image.layers.map(({ digest }) => digest) },
        Config: { Env: image.env, WorkingDir: image.folder },
        RepoTags: [...tags].flatMap(([tag, id]) => (id === image.id ? [tag] : [])),
        RepoDigests: [],
      });
    }
    const removed = /^\/images\/(.+)$/.exec(path);
    if (request.method === 'DELETE' && removed !== null) return tags.delete(decodeURIComponent(removed[1] ?? '')) ? json([]) : json({ message: 'No such image' }, 404);
    return json({ message: `the pretended engine knows no ${request.method} ${path}` }, 501);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(JSON.stringify({ message: String(error) })));
  });
  const socket = join(tmpdir(), `cos-engine-${randomUUID()}.sock`);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    builds,
    mostAtOnce: () => most,
    containers: () => containers.size,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(socket, { force: true });
    },
  };
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
