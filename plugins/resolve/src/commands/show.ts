import { relative, sep } from 'node:path';
import type { Identity } from '@cos/luet';
import type { OpenedTrees } from './open-trees.ts';

// How commands print packages and paths.

/** `category/name`, as it is typed on the command line. */
export function nameOf({ category, name }: Pick<Identity, 'category' | 'name'>): string {
  return category === '' ? name : `${category}/${name}`;
}

/** `category/name@version` */
export function idOf(identity: Identity): string {
  return `${nameOf(identity)}@${identity.version}`;
}

/** Relative where the path lies below the folder. */
export function pathIn(folder: string, path: string): string {
  const inside = relative(folder, path);
  return inside === '..' || inside.startsWith(`..${sep}`) ? path : inside === '' ? '.' : inside;
}

/** A line above what belongs to one of several derivatives or platforms; none when there is only one. */
export function headingOf({ variant }: OpenedTrees, all: readonly OpenedTrees[]): readonly string[] {
  return variant === undefined || all.length === 1 ? [] : [`# ${variant.derivative} ${variant.platform}`];
}
