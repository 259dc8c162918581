import { compareManifests, formatManifestLine, type ManifestChange, type ManifestEntry } from '@cos/archive';
import { defineCommand } from '@cos/core';
import { findArchive, shown } from '../find-archive.ts';
import { readPackage, type PackageOnDisk } from '../read-package.ts';
import { showName } from '../show/name.ts';
import { showGrowth, showSize } from '../show/size.ts';
import { answer } from './answer.ts';
import { builtFolder, builtParameter } from './built-folder.ts';

/** What differs between two package archives. As with diff(1) the exit code says whether something does. */
export const diff = defineCommand({
  description: 'compare two package archives; exit code 0: equal contents, 1: they differ, 2: they cannot be compared',
  config: 'optional',
  parameters: {
    before: { type: 'text', required: true, positional: true, description: 'an archive, or a package that was built, as category/name or category/name@version' },
    after: { type: 'text', required: true, positional: true, description: 'the one to compare it with' },
    ...builtParameter,
    json: { type: 'flag', description: 'print JSON, for programs' },
  },
  handle: async ({ args, cwd, workspace, print, tell, signal }) => answer(tell, async () => {
    const folders = { cwd, built: builtFolder(args.in, { cwd, workspace }) };
    const paths = [await findArchive(args.before, folders), await findArchive(args.after, folders)] as const;
    const before = await readPackage(paths[0], shown(cwd, paths[0]), signal);
    const after = await readPackage(paths[1], shown(cwd, paths[1]), signal);
    const changes = compareManifests(before.entries, after.entries);
    const lines = args.json ? [JSON.stringify(describe(before, after, changes, cwd), null, 2)] : [...changes.map(lineOf), summaryOf(before, after, changes)];
    for (const line of lines) print(line);
    return changes.length === 0 ? 0 : 1;
  }),
});

function lineOf(change: ManifestChange): string {
  switch (change.kind) {
    case 'added':
      return `+ ${showName(change.path)}  ${propertiesOf(change.after)}`;
    case 'removed':
      return `- ${showName(change.path)}  ${propertiesOf(change.before)}`;
    case 'changed':
      return `~ ${showName(change.path)}  ${change.properties.map((property) => `${property} ${valueOf(change.before, property)} -> ${valueOf(change.after, property)}`).join(', ')}`;
    default: {
      const never: never = change;
      return never;
    }
  }
}

function propertiesOf(entry: ManifestEntry): string {
  const beside = entry.type === 'file' ? valueOf(entry, 'content') : entry.linkName === '' ? '' : `to ${showName(entry.linkName)}`;
  return [entry.type, valueOf(entry, 'mode'), valueOf(entry, 'owner'), beside].filter((text) => text !== '').join(' ');
}

type Changed = Extract<ManifestChange, { kind: 'changed' }>['properties'][number];

function valueOf(entry: ManifestEntry, property: Changed): string {
  switch (property) {
    case 'type':
      return entry.type;
    case 'mode':
      return entry.mode.toString(8).padStart(4, '0');
    case 'owner':
      return `${entry.uid}:${entry.gid}`;
    case 'content':
      return `${showSize(entry.size)} ${entry.sha256?.slice(0, 12) ?? ''}`.trimEnd();
    case 'target':
      return showName(entry.linkName);
    case 'device':
      return `${entry.devMajor}:${entry.devMinor}`;
    case 'attributes':
      return entry.xattrs.size === 0 ? 'none' : [...entry.xattrs].map(([name, value]) => `${showName(name)}=0x${Buffer.from(value).toString('hex')}`).sort().join(' ');
    default: {
      const never: never = property;
      return never;
    }
  }
}

function summaryOf(before: PackageOnDisk, after: PackageOnDisk, changes: readonly ManifestChange[]): string {
  if (changes.length === 0) return before.sha256 === after.sha256 ? 'The archives are the same bytes.' : 'The contents are equal; the archives differ in compression or times.';
  const counted = (['added', 'removed', 'changed'] as const).flatMap((kind) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  const growth = (size: 'size' | 'contentSize'): string => `${showSize(before[size])} -> ${showSize(after[size])} (${showGrowth(after[size] - before[size])})`;
  return `${counted.join(', ')}; content ${growth('contentSize')}, archive ${growth('size')}`;
}

function describe(before: PackageOnDisk, after: PackageOnDisk, changes: readonly ManifestChange[], cwd: string): object {
  const side = ({ path, identity, size, sha256, contentSize }: PackageOnDisk): object => ({ archive: shown(cwd, path), ...(identity === undefined ? {} : { package: identity }), size, sha256, contentSize });
  // Entries as lines of a manifest have them.
  const plain = (entry: ManifestEntry): unknown => JSON.parse(formatManifestLine(entry));
  return {
    equal: changes.length === 0,
    before: side(before),
    after: side(after),
    added: changes.flatMap((change) => (change.kind === 'added' ? [plain(change.after)] : [])),
    removed: changes.flatMap((change) => (change.kind === 'removed' ? [plain(change.before)] : [])),
    changed: changes.flatMap((change) => (change.kind === 'changed' ? [{ path: change.path, properties: change.properties, before: plain(change.before), after: plain(change.after) }] : [])),
  };
}
