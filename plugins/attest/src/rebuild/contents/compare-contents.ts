import { listContent, type ListOptions, type Listed, type Whole } from './list-content.ts';
import { compareListings, type Change } from './listing.ts';

/** A file that differs, and what it lies in: `['rootfs.squashfs']` for a file in an image on a medium. */
export interface FileChange extends Change {
  readonly within: readonly string[];
}

/**
 * The files in which two things differ: a folder, a medium, an archive, an image, and what of these lies in each other. Undefined when one of them does not
 * consist of files, or they are of different forms; none when the files are equal, and only bytes around them differ.
 */
export async function compareContents(before: Whole, after: Whole, options: ListOptions): Promise<readonly FileChange[] | undefined> {
  return compareWithin(before, after, options, []);
}

async function compareWithin(before: Whole, after: Whole, options: ListOptions, within: readonly string[]): Promise<readonly FileChange[] | undefined> {
  const old = await listContent(before, options);
  const now = old === undefined ? undefined : await listContent(after, options);
  if (old === undefined || old.form !== now?.form) return undefined;
  const changes: FileChange[] = [];
  for (const change of compareListings(old.listing, now.listing)) changes.push(...(await lookInside(change, { old, now, options, within })));
  return changes;
}

interface Looking {
  readonly old: Listed;
  readonly now: Listed;
  readonly options: ListOptions;
  readonly within: readonly string[];
}

/** A file that has other contents because of files in it stands for these. Its size goes with its content. */
async function lookInside(change: Change, { old, now, options, within }: Looking): Promise<readonly FileChange[]> {
  const { path, properties } = change;
  const [before, after] = properties.includes('content') ? [old.partOf(path), now.partOf(path)] : [];
  const inner = before === undefined || after === undefined ? undefined : await compareWithin(before, after, options, [...within, path]);
  if (inner === undefined || inner.length === 0) return [{ ...change, within }];
  const others = properties.filter((name) => name !== 'content' && name !== 'size');
  return [...(others.length === 0 ? [] : [{ ...change, properties: others, within }]), ...inner];
}
