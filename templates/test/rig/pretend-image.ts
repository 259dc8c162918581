import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createEntry, readTar, writeTar } from '@cos/archive';

// Images of the pretended engine: layers of plain files.

export interface PretendedLayer {
  /** `sha256:…` of the tar. */
  readonly digest: string;
  readonly tar: Buffer;
  readonly files: ReadonlyMap<string, string>;
}

export interface PretendedImage {
  readonly id: string;
  /** Lowest first. */
  readonly layers: readonly PretendedLayer[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly folder: string;
}

export async function layerOf(tar: Buffer): Promise<PretendedLayer> {
  const files = new Map<string, string>();
  for await (const entry of readTar(Readable.from([tar], { objectMode: false }))) {
    const content = await textOf(entry.body);
    if (entry.type === 'file') files.set(`/${entry.path}`, content);
  }
  return { digest: `sha256:${sha256(tar)}`, tar, files };
}

/** A layer that writes these files; paths are absolute. */
export async function layerWith(files: ReadonlyMap<string, string>): Promise<PretendedLayer> {
  const folders = new Set([...files.keys()].flatMap((path) => path.split('/').slice(1, -1).map((_, index, parts) => parts.slice(0, index + 1).join('/'))));
  const entries = [...[...folders].map((path) => createEntry({ path, type: 'directory' })), ...[...files].map(([path, text]) => createEntry({ path: path.slice(1) }, text))];
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar(entries.toSorted((a, b) => (a.path < b.path ? -1 : 1)))) chunks.push(chunk);
  return layerOf(Buffer.concat(chunks));
}

export async function imageOf(layers: readonly PretendedLayer[], env: readonly string[], folder = ''): Promise<PretendedImage> {
  return { id: `sha256:${sha256(JSON.stringify([layers.map(({ digest }) => digest), env, folder]))}`, layers, env, folder };
}

/** What is in the image, upper layers over lower ones. */
export function filesOf(image: PretendedImage): ReadonlyMap<string, string> {
  return new Map(image.layers.flatMap(({ files }) => [...files]).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** As an engine saves an image. */
export async function savedImage(image: PretendedImage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const blobs = new Map(image.layers.map(({ digest, tar }) => [`blobs/sha256/${digest.slice('sha256:'.length)}`, tar]));
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Env: image.env, WorkingDir: image.folder }, rootfs: { type: 'layers', diff_ids: image.layers.map(({ digest }) => digest) } });
  const configName = `${sha256(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: null, Layers: [...image.layers].map(({ digest }) => `blobs/sha256/${digest.slice('sha256:'.length)}`) }];
  for await (const chunk of writeTar([...[...blobs].map(([path, tar]) => createEntry({ path }, tar)), createEntry({ path: configName }, config), createEntry({ path: 'manifest.json' }, JSON.stringify(manifest))])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** As an engine exports a container of an image. */
export async function exportedFiles(image: PretendedImage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeTar([...filesOf(image)].map(([path, text]) => createEntry({ path: path.slice(1) }, text)))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
