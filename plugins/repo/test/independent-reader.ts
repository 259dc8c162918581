// A client of repositories by the description of the format alone: fetch, GNU tar, gzip and zstd, and a YAML parser that no writer uses. Nothing here comes
// from the code that writes or reads repositories.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

export interface Source {
  /** A file of the repository. */
  readonly file: (name: string) => Promise<Buffer>;
  /** The content of a package as a tar, compressed or not. `file`: how the index names its archive. */
  readonly content: (name: string, file: string) => Promise<Buffer>;
  /** Whether the index has the checksum of what `content` gives. */
  readonly hasArchives: boolean;
}

export function fromFolder(folder: string): Source {
  const file = async (name: string): Promise<Buffer> => readFileSync(join(folder, name));
  return { file, content: (_, name) => file(name), hasArchives: true };
}

export function fromWeb(url: string): Source {
  const file = async (name: string): Promise<Buffer> => download(`${url}/${encodeURIComponent(name)}`);
  return { file, content: (_, name) => file(name), hasArchives: true };
}

/** `base`: `http://host/v2/path`. */
export function fromImages(base: string, headers: Readonly<Record<string, string>> = {}): Source {
  const layer = async (tag: string): Promise<Buffer> => {
    const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
    const manifest = JSON.parse((await download(`${base}/manifests/${tag}`, { ...headers, accept })).toString('utf8'));
    if (manifest.layers.length !== 1) throw new Error(`${tag} has ${manifest.layers.length} layers`);
    const bytes = await download(`${base}/blobs/${manifest.layers[0].digest}`, headers);
    if (`sha256:${sha256(bytes)}` !== manifest.layers[0].digest) throw new Error(`the layer of ${tag} is damaged`);
    return plain(bytes);
  };
  return {
    file: async (name) => tar(['-xO', '--', name], await layer(name.replaceAll('+', '-'))),
    content: (name) => layer(name.replaceAll('+', '-')),
    hasArchives: false,
  };
}

/** Puts a package (`category/name`) with all that it requires into a folder, or the newest versions of all packages (`*`). Answers what came, in the order of names. */
export async function installByHand(source: Source, wanted: string, root: string, reference = 'repository.yaml'): Promise<readonly string[]> {
  const repository = parse((await source.file(reference)).toString('utf8'));
  const archives: Record<string, Buffer> = {};
  for (const key of ['tree', 'meta']) {
    const { filename, checksums } = repository.repo_files[key];
    const bytes = await source.file(filename);
    if (checksums?.sha256 !== undefined && checksums.sha256 !== sha256(bytes)) throw new Error(`${filename} is not the one that ${reference} names`);
    archives[key] = plain(bytes);
  }
  const { index } = parse(tar(['-xO', '--', 'repository.meta.yaml'], archives['meta']!).toString('utf8'), { maxAliasCount: -1 });
  const unpacked = mkdtempSync(join(tmpdir(), 'cos-reader-'));
  tar(['-x', '-C', unpacked], archives['tree']!);
  const definitions = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('definition.yaml')).map((name) => parse(readFileSync(join(unpacked, name), 'utf8')));
  rmSync(unpacked, { recursive: true });
  const needed = new Map<string, any>();
  const want = (category: string, name: string): void => {
    if (needed.has(`${category}/${name}`)) return;
    const found = definitions.filter((one) => one.category === category && one.name === name).sort((a, b) => (String(a.version) < String(b.version) ? 1 : -1))[0];
    if (found === undefined) throw new Error(`no ${category}/${name}`);
    needed.set(`${category}/${name}`, found);
    for (const each of found.requires ?? []) want(each.category, each.name);
  };
  const [category = '', name = ''] = wanted.split('/');
  if (wanted === '*') for (const one of definitions) want(one.category, one.name);
  else want(category, name);
  mkdirSync(root, { recursive: true });
  for (const one of needed.values()) {
    const entry = index.find(({ compilationspec: { package: each } }: any) => each.category === one.category && each.name === one.name && String(each.version) === String(one.version));
    const file = basename(entry.path);
    const bytes = await source.content(`${one.name}-${one.category}-${one.version}`, file);
    if (source.hasArchives && entry.checksums?.sha256 !== undefined && entry.checksums.sha256 !== sha256(bytes)) throw new Error(`${file} is not the one that the index names`);
    writeFileSync(join(root, '.archive'), plain(bytes));
    execFileSync('tar', ['-C', root, '-xf', join(root, '.archive')]);
    rmSync(join(root, '.archive'));
  }
  return [...needed.values()].map((one) => `${one.category}/${one.name}@${one.version}`).sort();
}

async function download(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Known by their first bytes, whatever the name says. */
function plain(bytes: Buffer): Buffer {
  const magic = bytes.subarray(0, 4).toString('hex');
  const options = { input: bytes, maxBuffer: 1 << 28 };
  if (magic === '28b52ffd') return execFileSync('zstd', ['-dc'], options);
  return magic.startsWith('1f8b') ? execFileSync('gzip', ['-dc'], options) : bytes;
}

function tar(words: readonly string[], input: Buffer): Buffer {
  return execFileSync('tar', ['-f', '-', ...words], { input, maxBuffer: 1 << 28 });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
