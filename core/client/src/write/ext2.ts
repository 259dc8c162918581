import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractRoot } from '../images/unpack-root.ts';
import { runTool } from './run-tool.ts';

export interface Ext2Request {
  readonly file: string;
  /** Existing folder. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Makes an ext2 image that is as large as its content needs. mke2fs fills it from a folder, which has owners for root alone. */
export async function writeExt2(archive: AsyncIterable<Uint8Array>, { file, scratch, signal }: Ext2Request): Promise<void> {
  const folder = join(scratch, 'ext2');
  const { entries, blocks: content } = await extractRoot({ archive, folder, owner: 'archive' });
  // A block and an inode of 256 bytes for each entry at most, the tables, and a twentieth to spare.
  const blocks = Math.ceil((content + entries * (1 + 256 / BLOCK)) * 1.05 + (8 * 1024 * 1024) / BLOCK);
  const options = `hash_seed=${UUID},lazy_itable_init=0,root_owner=0:0`;
  await runTool('mke2fs', ['-q', '-t', 'ext2', '-b', String(BLOCK), '-I', '256', '-N', String(entries + 1024), '-m', '0', '-L', '', '-U', UUID, '-E', options, '-d', folder, file, String(blocks)], { package: 'e2fsprogs', signal });
  await setTimes(file, { scratch, signal });
}

const BLOCK = 4096;
const UUID = '00000000-0000-4000-8000-000000000000';

/** 1980-01-01. */
const FIXED_TIME = '@315532800';

/** The image has taken over when the files of the folder were made and read, which is now. Inodes are numbered one after the other. */
async function setTimes(file: string, { scratch, signal }: Pick<Ext2Request, 'scratch' | 'signal'>): Promise<void> {
  const used = await usedInodes(file, signal);
  const script = join(scratch, 'ext2-times');
  await writeFile(script, Array.from({ length: used }, (_, at) => `sif <${at + 1}> ctime ${FIXED_TIME}\nsif <${at + 1}> atime ${FIXED_TIME}\n`).slice(1).join(''));
  await runTool('debugfs', ['-w', '-f', script, file], { package: 'e2fsprogs', signal });
}

async function usedInodes(file: string, signal: AbortSignal): Promise<number> {
  const text = await runTool('dumpe2fs', ['-h', file], { package: 'e2fsprogs', signal });
  const field = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const used = field('Inode count') - field('Free inodes');
  if (!Number.isSafeInteger(used)) throw new Error('Internal error: dumpe2fs does not say how many inodes there are');
  return used;
}
