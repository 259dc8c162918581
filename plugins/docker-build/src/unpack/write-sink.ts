import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rootArchive, unpackRoot, type ImageLayers } from '@cos/client';
import { readTar } from '@cos/archive';
import { failureOf } from '../errors.ts';

export const sinks = ['folder', 'tar', 'squashfs', 'ext2'] as const;

export interface SinkRequest {
  readonly image: ImageLayers;
  /** Absolute, or `-` for standard output. */
  readonly path: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Makes it, and says in words what of the image is not in it. A file appears when it is whole. */
export async function writeSink(format: (typeof sinks)[number], request: SinkRequest): Promise<{ readonly lost: readonly string[] }> {
  switch (format) {
    case 'folder':
      return writeFolder(request);
    case 'tar':
      if (request.path === '-') await pipeline(Readable.from(rootArchive(request.image, request.scratch), { objectMode: false }), process.stdout, { end: false, signal: request.signal });
      else await whole(request.path, async (file) => pipeline(Readable.from(rootArchive(request.image, request.scratch)), createWriteStream(file), { signal: request.signal }));
      return { lost: [] };
    case 'squashfs':
      await whole(request.path, async (file) => squash(request, file));
      return { lost: [] };
    case 'ext2':
      await whole(request.path, async (file) => ext2(request, file));
      return { lost: [] };
    default: {
      const never: never = format;
      return never;
    }
  }
}

async function writeFolder({ image, path, scratch }: SinkRequest): Promise<{ readonly lost: readonly string[] }> {
  const owner = isRoot() ? 'archive' : 'current';
  const { skipped, withoutAttributes } = await unpackRoot({ image, folder: path, owner, scratch });
  const some = (list: readonly string[]): string => `${list.slice(0, 3).join(', ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`;
  return {
    lost: [
      ...(owner === 'current' ? ['without root everything belongs to you, and no file is setuid: use --format tar or squashfs to keep owners'] : []),
      ...(skipped.length > 0 ? [`devices are left out: ${some(skipped)}`] : []),
      ...(withoutAttributes.length > 0 ? [`extended attributes are left out: ${some(withoutAttributes)}`] : []),
    ],
  };
}

/** Without privileges: mksquashfs gives the root folder to its caller, who is root in a namespace of their own. */
async function squash({ image, scratch, signal }: SinkRequest, file: string): Promise<void> {
  const args = ['-', file, '-tar', '-b', '1M', '-comp', 'zstd', '-root-mode', '0755', '-noappend', '-no-recovery', '-exit-on-error', '-no-progress', '-quiet'];
  const [tool, all] = isRoot() ? ['mksquashfs', args] : ['unshare', ['--map-root-user', 'mksquashfs', ...args]];
  await run(tool, all, signal, { package: 'squashfs-tools', input: rootArchive(image, scratch) });
}

/** mke2fs fills the image from a folder, which has owners for root alone. */
async function ext2({ image, scratch, signal }: SinkRequest, file: string): Promise<void> {
  if (!isRoot()) throw failureOf('COS_DOCKER_UNPACK_REQUEST', 'An ext2 image is made of a folder with the right owners, which only root can make.', { hint: 'Run as root, or use --format squashfs.' });
  const folder = join(scratch, 'root');
  let bytes = 0;
  let entries = 0;
  await unpackRoot({ image, folder, owner: 'archive', scratch });
  for await (const entry of readTar(rootArchive(image, scratch))) {
    entries += 1;
    bytes += Math.ceil(entry.size / 4096) * 4096;
  }
  // An inode of 256 bytes and a block for each entry at most, the tables, and a twentieth to spare.
  const blocks = Math.ceil(((bytes + entries * 4352) * 1.05 + 8 * 1024 * 1024) / 4096);
  const uuid = '00000000-0000-4000-8000-000000000000';
  const args = ['-q', '-t', 'ext2', '-b', '4096', '-I', '256', '-N', String(entries + 1024), '-m', '0', '-L', '', '-U', uuid, '-E', `hash_seed=${uuid},lazy_itable_init=0,root_owner=0:0`, '-d', folder, file, String(blocks)];
  await run('mke2fs', args, signal, { package: 'e2fsprogs' });
  // It takes over when the files of the folder were made and read, which is now. It numbers inodes one after the other.
  const used = await usedInodes(file, signal);
  const script = join(scratch, 'times');
  await writeFile(script, Array.from({ length: used }, (_, at) => `sif <${at + 1}> ctime ${fixedTime}\nsif <${at + 1}> atime ${fixedTime}\n`).slice(1).join(''));
  await run('debugfs', ['-w', '-f', script, file], signal, { package: 'e2fsprogs' });
}

/** 1980-01-01. */
const fixedTime = '@315532800';

async function usedInodes(file: string, signal: AbortSignal): Promise<number> {
  const text = await run('dumpe2fs', ['-h', file], signal, { package: 'e2fsprogs' });
  const field = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const used = field('Inode count') - field('Free inodes');
  if (!Number.isSafeInteger(used)) throw new Error('Internal error: dumpe2fs does not say how many inodes there are');
  return used;
}

interface RunOptions {
  readonly package: string;
  readonly input?: AsyncIterable<Uint8Array>;
}

async function run(tool: string, args: readonly string[], signal: AbortSignal, options: RunOptions): Promise<string> {
  const child = spawn(tool, args, { stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], signal, env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C', TZ: 'UTC', E2FSPROGS_FAKE_TIME: '315532800', SOURCE_DATE_EPOCH: '315532800' } });
  let output = '';
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject('code' in error && error.code === 'ENOENT' ? failureOf('COS_DOCKER_UNPACK_FAILED', `\`${tool}\` is not on this host.`, { hint: `Install ${options.package}.`, cause: error }) : error));
    child.once('close', resolve);
  });
  const fed = options.input === undefined || child.stdin === null ? Promise.resolve() : pipeline(Readable.from(options.input), child.stdin);
  const [code] = await Promise.all([ended, fed.catch(async (error: unknown) => {
    child.kill();
    // A tool that ends early says why by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  })]);
  if (code !== 0) throw failureOf('COS_DOCKER_UNPACK_FAILED', `\`${tool}\` ended with exit status ${code ?? 'unknown'}.`, { output: output.trim().split('\n').slice(-20) });
  return printed;
}

/** Makes a file beside, and gives it its name when it is whole and on the disk. */
async function whole(path: string, make: (file: string) => Promise<void>): Promise<void> {
  const beside = join(dirname(path), `.${randomUUID()}.tmp`);
  await mkdir(dirname(path), { recursive: true });
  try {
    await make(beside);
    const file = await open(beside, 'r');
    await file.sync();
    await file.close();
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
