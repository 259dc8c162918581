// Paths inside a root filesystem: relative, without empty, `.` or `..` components, the root itself being ''. Refusing `..` here is
// what keeps everything else in this library from ever leaving the root.
import { ArchiveError, quoteName } from '../archive-error.ts';

/** Longest path that Linux programs can name. */
const MAX_PATH = 4096;

/** Brings an entry's name into normal form. A name with `..` is `unsafe-path`; one longer than 4096 units is a `limit` error. */
export function normalPath(name: string): string {
  if (name.length > MAX_PATH) {
    throw new ArchiveError('limit', `The path ${quoteName(name)} is longer than ${MAX_PATH} characters`, { path: name });
  }
  if (!HAS_ODD_COMPONENT.test(name)) return name;
  const names = name.split('/').filter((part) => part !== '' && part !== '.');
  if (names.includes('..')) {
    throw new ArchiveError('unsafe-path', `The path ${quoteName(name)} holds "..", which could lead out of the root filesystem`, { path: name });
  }
  return names.join('/');
}

/** An empty component (also a leading or trailing slash), `.` or `..`. */
const HAS_ODD_COMPONENT = /(?:^|\/)\.{0,2}(?:\/|$)/;
