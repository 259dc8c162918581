import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What GNU tar makes of an archive on disk. */
export interface Unpacked {
  /** For each path, in order: the path, with a slash for folders and a target for links, its mode, its owner, and what it is beside a file or a folder. */
  readonly lines: readonly string[];
  /** Lines of getcap. */
  readonly capabilities: readonly string[];
  /** Extended attributes of all paths, each once. */
  readonly attributes: readonly string[];
  /** All modification times, each once. */
  readonly times: readonly number[];
}

/** Unpacks with everything that GNU tar can keep, as root. */
export function unpack(archive: string): Unpacked {
  const folder = mkdtempSync(join(tmpdir(), 'cos-unpacked-'));
  try {
    execFileSync('tar', ['--extract', '--auto-compress', '--file', archive, '--directory', folder, '--xattrs', '--xattrs-include=*', '--same-owner', '--numeric-owner', '--same-permissions']);
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
    const stats = paths.map((path) => [path, lstatSync(join(folder, path))] as const);
    const firstOf = new Map<number, string>();
    for (const [path, { ino }] of stats) if (!firstOf.has(ino)) firstOf.set(ino, path);
    const attributes = execFileSync('getfattr', ['--recursive', '--no-dereference', '--match=-', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return {
      lines: stats.map(([path, stat]) => lineOf(folder, path, stat, firstOf.get(stat.ino) ?? path)),
      capabilities: linesOf(execFileSync('getcap', ['-r', '.'], { cwd: folder, encoding: 'utf8' })).map((line) => line.replace(/^\.\//, '')),
      attributes: [...new Set(linesOf(attributes).filter((line) => !line.startsWith('#')))],
      times: [...new Set(stats.map(([, { mtimeMs }]) => mtimeMs / 1000))],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineOf(folder: string, path: string, stat: Stats, first: string): string {
  const properties = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
  if (first !== path) return `${path} = ${first}`;
  if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(join(folder, path))}`;
  if (stat.isDirectory()) return `${path}/ ${properties}`;
  if (stat.isFIFO()) return `${path} ${properties} fifo`;
  // Numbers of a device as the kernel packs small ones.
  if (stat.isCharacterDevice() || stat.isBlockDevice()) return `${path} ${properties} ${stat.isBlockDevice() ? 'block' : 'character'} ${stat.rdev >> 8}:${stat.rdev & 0xff}`;
  return `${path} ${properties}`;
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
