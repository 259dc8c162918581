import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandTools } from '@cos/core';
import { hashStretch, type Part } from './part.ts';
import type { Listing, Properties } from './listing.ts';

// `unsquashfs -pf` writes a pseudo file: a line for each path, then the contents of all files one after the other. Format: README of squashfs-tools, "Pseudo file
// definitions". Owners and devices are in it without root.

/** Thrown for a pseudo file of another form. */
export class SquashfsError extends Error {
  override readonly name = 'SquashfsError';
}

const start = '#\n# START OF DATA - DO NOT MODIFY\n#\n';
const MAX_LINES = 512 * 1024 * 1024;

/** The files of a squashfs image; without extended attributes, which not every unsquashfs tells. */
export async function listSquashfs(image: Part, tools: CommandTools, signal: AbortSignal): Promise<Listing> {
  const path = join(tools.scratch, 'pseudo-file');
  await rm(path, { force: true });
  try {
    await tools.exec('unsquashfs', ['-quiet', '-no-progress', ...(image.offset === undefined ? [] : ['-offset', String(image.offset)]), '-pf', path, image.path]);
    return await readPseudoFile(path, signal);
  } finally {
    await rm(path, { force: true });
  }
}

/** Reads a pseudo file with contents. Throws SquashfsError. */
export async function readPseudoFile(path: string, signal: AbortSignal): Promise<Listing> {
  const listing = new Map<string, Properties>();
  const file = await open(path);
  try {
    const { text, data } = await readLines(file);
    for (const line of text.split('\n')) {
      signal.throwIfAborted();
      if (line === '' || line.startsWith('#')) continue;
      const [name = '', kind = '', ...fields] = splitLine(line);
      if (kind !== 'x') listing.set(name === '/' ? '' : name.replace(/^\//, ''), await readDefinition({ line, kind, fields, file, data }));
    }
  } finally {
    await file.close();
  }
  for (const [name, { type, target }] of listing) {
    // A further name of a file: what is said of the first one holds for it.
    const first = type === 'link' ? listing.get((target ?? '').replace(/^\//, '')) : undefined;
    if (first !== undefined) listing.set(name, { ...first, type: 'link', target: target ?? '' });
  }
  return listing;
}

interface Definition {
  readonly line: string;
  readonly kind: string;
  readonly fields: readonly string[];
  readonly file: FileHandle;
  /** Where the contents begin. */
  readonly data: number;
}

async function readDefinition({ line, kind, fields, file, data }: Definition): Promise<Properties> {
  if (kind === 'L') return { type: 'link', target: fields[0] ?? '' };
  const [time = '', mode = '', uid = '', gid = '', ...rest] = fields;
  const type = kind === 'I' ? types[`I${rest[0] ?? ''}`] : types[kind];
  if (type === undefined || !/^-?\d+$/.test(time) || !/^[0-7]{1,4}$/.test(mode)) throw new SquashfsError(`unsquashfs wrote ${JSON.stringify(line.slice(0, 200))}`);
  const common = { type, mode: mode.padStart(4, '0'), owner: `${uid}:${gid}`, time };
  switch (kind) {
    case 'R': {
      const [length, offset] = [Number(rest[0]), Number(rest[1])];
      if (!Number.isSafeInteger(length) || !Number.isSafeInteger(offset)) throw new SquashfsError(`unsquashfs wrote ${JSON.stringify(line.slice(0, 200))}`);
      return { ...common, size: String(length), content: await hashStretch(file, data + offset, length) };
    }
    case 'S':
      return { ...common, target: rest.join(' ') };
    case 'B':
    case 'C':
      return { ...common, device: rest.join(':') };
    default:
      return common;
  }
}

const types: Readonly<Record<string, string>> = { D: 'directory', R: 'file', S: 'symlink', B: 'block', C: 'character', If: 'fifo', Is: 'socket' };

/** Everything before the contents. */
async function readLines(file: FileHandle): Promise<{ readonly text: string; readonly data: number }> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < MAX_LINES) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1024 * 1024), 0, 1024 * 1024, length);
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
    const last = Buffer.concat(chunks.slice(-2));
    const found = last.indexOf(start);
    if (found < 0) continue;
    const end = length - last.length + found;
    return { text: Buffer.concat(chunks).toString('utf8', 0, end), data: end + start.length };
  }
  // An image without files has no contents.
  return { text: Buffer.concat(chunks).toString('utf8'), data: length };
}

/** Fields are parted by a blank; in names a backslash stands before blanks, quotes and backslashes. The target of a link goes on to the end of the line as it is. */
function splitLine(line: string): readonly string[] {
  const name = /^(?:\\.|[^\\ ])*/s.exec(line)?.[0] ?? '';
  const rest = line.slice(name.length + 1).split(' ');
  return [name.replaceAll(/\\(.)/gs, '$1'), ...rest.map((field, index) => (rest[0] === 'L' && index > 0 ? field.replaceAll(/\\(.)/gs, '$1') : field))];
}
