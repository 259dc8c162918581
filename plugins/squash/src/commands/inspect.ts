import { defineCommand } from '@cos/core';
import type { ManifestEntry } from '@cos/archive';
import { findArchive, shown } from '../find-archive.ts';
import { chooseFolders, measureFolders, type FolderSize } from '../measure-folders.ts';
import { readPackage, type PackageOnDisk } from '../read-package.ts';
import { isSavedImage, readSavedImage, type ImageInFile, type ShownLayer } from '../read-saved-image.ts';
import { showName } from '../show/name.ts';
import { showSize } from '../show/size.ts';
import { showBar, showTable } from '../show/table.ts';
import { answer } from './answer.ts';
import { builtFolder, builtParameter } from './built-folder.ts';

/** What a package archive or a saved image holds, and what makes it large. */
export const inspect = defineCommand({
  description: 'show what a package archive or a saved image holds and where its size is',
  config: 'optional',
  parameters: {
    package: { type: 'text', required: true, positional: true, description: 'an archive, an image as docker save writes it, or a package that was built, as category/name or category/name@version' },
    ...builtParameter,
    depth: { type: 'integer', default: 3, minimum: 1, description: 'how deep folders are told apart' },
    files: { type: 'integer', default: 10, minimum: 0, description: 'how many of the largest files are shown' },
    json: { type: 'flag', description: 'print JSON, for programs: all folders and all files' },
  },
  handle: async ({ args, cwd, workspace, print, tell, signal }) => answer(tell, async () => {
    const path = await findArchive(args.package, { cwd, built: builtFolder(args.in, { cwd, workspace }) });
    const name = shown(cwd, path);
    const one = await readSubject(path, name, signal);
    const lines = args.json ? [JSON.stringify(describe(one, name), null, 2)] : picture(one, name, { depth: args.depth, files: args.files, isTerminal: process.stdout.isTTY });
    for (const line of lines) print(line);
    return 0;
  }),
});

interface Subject extends PackageOnDisk {
  /** The image, where the file is one. */
  readonly image: ImageInFile | undefined;
}

async function readSubject(path: string, name: string, signal: AbortSignal): Promise<Subject> {
  const one = await readPackage(path, name, signal);
  if (!isSavedImage(one.entries)) return { ...one, image: undefined };
  const image = await readSavedImage(path, name, signal);
  return { ...one, image, entries: image.entries, contentSize: image.entries.reduce((sum, { size }) => sum + size, 0) };
}

function describe({ identity, compression, size, sha256, contentSize, entries, image }: Subject, archive: string): object {
  return {
    archive,
    ...(identity === undefined ? {} : { package: identity }),
    compression,
    size,
    sha256,
    contentSize,
    entries: Object.fromEntries(countTypes(entries)),
    ...(image === undefined ? {} : { layers: image.layers, hidden: image.hidden }),
    folders: measureFolders(entries),
    files: largestFiles(entries).map((entry) => ({ path: entry.path, size: entry.size, sha256: entry.sha256 })),
    special: specialEntries(entries).map(({ path, what }) => ({ path, what })),
  };
}

interface PictureOptions {
  readonly depth: number;
  readonly files: number;
  readonly isTerminal: boolean;
}

function picture(one: Subject, archive: string, options: PictureOptions): readonly string[] {
  const { identity, compression, size, sha256, contentSize, entries, image } = one;
  const counts = [...countTypes(entries)].map(([type, count]) => `${count} ${typeNames[type][count === 1 ? 0 : 1]}`);
  const folders = chooseFolders(measureFolders(entries), { share: 0.02, depth: options.depth });
  const files = largestFiles(entries).slice(0, options.files);
  const special = specialEntries(entries);
  const share = contentSize === 0 ? '' : ` (${Math.round((size / contentSize) * 100)} % of the content)`;
  return [
    `${identity === undefined ? '' : `${identity.category}/${identity.name}@${identity.version}  `}${showName(archive)}`,
    ...showTable(
      [
        [image === undefined ? 'archive' : 'image', `${showSize(size)}${share}, ${compression === 'none' ? 'not compressed' : compression}`],
        ['content', `${showSize(contentSize)} in ${counts.length === 0 ? 'no entries' : counts.join(', ')}`],
        ...(image === undefined || image.hidden === 0 ? [] : [['hidden', `${showSize(image.hidden)} of lower layers that upper ones replace or remove`]]),
        ['sha256', sha256],
      ],
      new Set([0, 1]),
    ),
    ...section('Layers', (image?.layers ?? []).map((layer, index) => layerRow(layer, index, (image?.hidden ?? 0) + contentSize, options)), new Set([3, 4])),
    ...section('Folders', folders.map((folder) => barRow(folder, `${'  '.repeat(depthIn(folders, folder))}${showName(folder.path)}/`, contentSize, options))),
    ...section('Largest files', files.map((file) => barRow(file, showName(file.path), contentSize, options))),
    ...section('Special', special.map(({ path, what }) => [showName(path), what]), new Set([0, 1])),
  ];
}

function section(title: string, rows: readonly (readonly string[])[], left?: ReadonlySet<number>): readonly string[] {
  return rows.length === 0 ? [] : ['', title, ...showTable(rows, left ?? new Set([0, 3]))];
}

const BAR = 24;

function barRow({ size }: { readonly size: number }, label: string, total: number, { isTerminal }: PictureOptions): readonly string[] {
  const share = total === 0 ? 0 : size / total;
  return [label, showSize(size), `${(share * 100).toFixed(1)} %`, showBar(share, { width: BAR, isTerminal })];
}

const MOST_OF_INSTRUCTION = 80;

function layerRow({ size, files, by }: ShownLayer, index: number, total: number, options: PictureOptions): readonly string[] {
  const [, shownSize = '', , bar = ''] = barRow({ size }, '', total, options);
  const instruction = showName(by.replaceAll(/\s+/g, ' ').replace(/^\/bin\/sh -c (?:#\(nop\) +)?/, '')).slice(0, MOST_OF_INSTRUCTION);
  return [String(index + 1), shownSize, `${files} ${typeNames.file[files === 1 ? 0 : 1]}`, bar.padEnd(BAR), instruction];
}

/** How many of the folders that are shown it lies in. */
function depthIn(folders: readonly FolderSize[], { path }: FolderSize): number {
  return folders.filter((other) => path.startsWith(`${other.path}/`)).length;
}

/** One and several, in the order in which they are counted up. */
const typeNames: Readonly<Record<ManifestEntry['type'], readonly [string, string]>> = {
  file: ['file', 'files'],
  directory: ['folder', 'folders'],
  symlink: ['symbolic link', 'symbolic links'],
  link: ['hard link', 'hard links'],
  character: ['character device', 'character devices'],
  block: ['block device', 'block devices'],
  fifo: ['fifo', 'fifos'],
};

function countTypes(entries: readonly ManifestEntry[]): ReadonlyMap<ManifestEntry['type'], number> {
  const counts = new Map<ManifestEntry['type'], number>();
  for (const { type } of entries) counts.set(type, (counts.get(type) ?? 0) + 1);
  const types: readonly ManifestEntry['type'][] = ['file', 'directory', 'symlink', 'link', 'character', 'block', 'fifo'];
  return new Map(types.flatMap((type) => (counts.has(type) ? [[type, counts.get(type) ?? 0] as const] : [])));
}

function largestFiles(entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
  return entries.filter(({ type }) => type === 'file').sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1));
}

/** What gives rights, or is no file, folder or link. */
function specialEntries(entries: readonly ManifestEntry[]): readonly { readonly path: string; readonly what: string }[] {
  return entries.flatMap(({ path, type, mode, xattrs, devMajor, devMinor }) => {
    const what = [
      ...(type !== 'directory' && (mode & 0o4000) !== 0 ? ['setuid'] : []),
      ...(type !== 'directory' && (mode & 0o2000) !== 0 ? ['setgid'] : []),
      ...(xattrs.has('security.capability') ? ['capabilities'] : []),
      ...(type === 'character' || type === 'block' ? [`${type} device ${devMajor}:${devMinor}`] : type === 'fifo' ? ['fifo'] : []),
    ];
    return what.length === 0 ? [] : [{ path, what: what.join(', ') }];
  });
}
