import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { archiveFileName, createRecord, type ArchiveMetadata, type CompressionType, type PackageRecord } from '@cos/luet';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createRepository } from '../src/create-repository.ts';
import { matchPackages, type GivenArchive } from '../src/match-packages.ts';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-repo-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by relative path and answers the folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

export interface SamplePackage {
  readonly archive: GivenArchive;
  readonly metadata: ArchiveMetadata;
}

/** A package whose archive GNU tar made. */
export async function samplePackage(folder: string, record: Partial<PackageRecord> & { readonly name: string }, compression: CompressionType = 'gzip', text = `${record.name}\n`, file = 'usr/share/file'): Promise<SamplePackage> {
  const identity = { category: record.category ?? 'app', name: record.name, version: record.version ?? '1.0' };
  const path = join(folder, archiveFileName(identity, compression));
  const content = await writeFiles(join(folder, `content-${basename(path)}`), { [file]: text });
  execFileSync('tar', ['--mtime=@0', '-C', content, compression === 'gzip' ? '-czf' : compression === 'zstd' ? '--zstd' : '-cf', ...(compression === 'zstd' ? ['-cf'] : []), path, 'usr']);
  const sha256 = sha256Of(path);
  const runtime = createRecord({ ...record, ...identity });
  const spec = { image: 'base', seed: 'base', steps: ['make'], env: [], prelude: [], packageDir: '', retrieve: [], unpack: false, includes: [], excludes: [], copy: [], requiresFinalImages: false };
  return {
    archive: { ...identity, compression, sha256, path },
    metadata: {
      path: basename(path), sha256, compression, files: [file], spec, package: createRecord({ ...identity, requires: [{ category: 'build', name: 'tool', version: '>=0' }] }), runtime,
      buildValues: { arch: 'x86_64' }, pushImageRepository: '', pullImageRepositories: ['cache/repo'], chain: [],
    },
  };
}

export interface Wanted {
  readonly packages: readonly SamplePackage[];
  readonly trees?: readonly { readonly name: string; readonly path: string }[];
  readonly options?: Partial<Parameters<typeof createRepository>[0]>;
}

/** Makes a repository in a folder of its own. */
export async function makeRepository({ packages, trees = [], options = {} }: Wanted): Promise<string> {
  const folder = await temporaryFolder();
  const matched = matchPackages(packages.map(({ archive }) => archive), packages.map(({ metadata }) => metadata));
  if (matched.problems.length > 0) throw new Error(JSON.stringify(matched.problems));
  await createRepository({
    folder,
    packages: matched.packages,
    trees,
    settings: { name: 'sample', description: 'A sample', type: 'disk', urls: ['/srv/repo'], revision: 3, lastUpdate: 315_532_800, priority: undefined },
    archives: { treeName: 'tree.tar', metaName: 'repository.meta.yaml.tar', treeCompression: 'gzip', metaCompression: 'none' },
    snapshot: undefined,
    signal: new AbortController().signal,
    ...options,
  });
  return folder;
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

export interface ClientPackage {
  readonly file: string;
  readonly requires: readonly string[];
  readonly definition: Readonly<Record<string, unknown>>;
  readonly members: readonly string[];
}

/**
 * Reads a repository as a client does: repository.yaml, then the archives that it names, verified, then each package by its base name. Uses GNU tar and a
 * YAML parser that the writer does not use.
 */
export async function readAsClient(folder: string, reference = 'repository.yaml'): Promise<readonly ClientPackage[]> {
  const text = readFileSync(join(folder, reference), 'utf8');
  const repository = parse(text);
  const unpacked = await temporaryFolder();
  for (const key of ['tree', 'meta']) {
    const { filename, checksums } = repository.repo_files[key];
    if (sha256Of(join(folder, filename)) !== checksums.sha256) throw new Error(`${filename} is not what repository.yaml says`);
    execFileSync('tar', ['-C', unpacked, '-xf', join(folder, filename)]);
  }
  const { index } = parse(readFileSync(join(unpacked, 'repository.meta.yaml'), 'utf8'));
  return index.map((entry: any): ClientPackage => {
    const file = basename(entry.path);
    if (sha256Of(join(folder, file)) !== entry.checksums.sha256) throw new Error(`${file} is not what the index says`);
    const { category, name, version } = entry.compilationspec.package;
    const definition = parse(readFileSync(join(unpacked, category, name, version, 'definition.yaml'), 'utf8'));
    const members = execFileSync('tar', ['-tf', join(folder, file)], { encoding: 'utf8' }).split('\n').filter((line) => line !== '' && !line.endsWith('/'));
    return { file, requires: definition.requires.map((one: any) => `${one.category}/${one.name}-${one.version}`), definition, members };
  });
}

export function listTar(path: string): readonly string[] {
  return execFileSync('tar', ['--numeric-owner', '--full-time', '-tvf', path], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } }).trimEnd().split('\n').map((line) => line.replaceAll(/ +/g, ' '));
}
