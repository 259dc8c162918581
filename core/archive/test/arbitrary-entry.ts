// Random archive entries for property tests.
import * as fc from 'fast-check';
import { createEntry, decodeName } from '../src/index.ts';
import type { TarEntry } from '../src/index.ts';

/** One component of a path, made of any bytes that a file name may have. */
export const arbitraryName: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9._-]{1,12}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).map((text) => text.replaceAll(/[/\0]/g, '_')) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => decodeName(Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 1 : byte))))) },
).filter((name) => name !== '.' && name !== '..' && !name.startsWith('.wh.'));

/** A relative path. */
export const arbitraryPath: fc.Arbitrary<string> = fc.array(arbitraryName, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));

const arbitraryXattrs = fc
  .array(fc.tuple(fc.constantFrom('security.capability', 'user.a', 'user.ö', 'trusted.overlay.opaque'), fc.uint8Array({ maxLength: 40 })), { maxLength: 2 })
  .map((pairs) => new Map(pairs));

const arbitraryMetadata = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: fc.oneof(fc.constantFrom(0, 65_534, 2_097_151, 2_097_152, 3_000_000_000), fc.nat()),
  gid: fc.oneof(fc.constantFrom(0, 42), fc.nat()),
  mtime: fc.oneof(fc.integer(), fc.constantFrom(-1, 0, 8 ** 11 - 1, 8 ** 11)),
  mtimeNanoseconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
  xattrs: arbitraryXattrs,
});

/** An entry at `path` that is no hard link and no directory. */
export function arbitraryLeaf(path: string): fc.Arbitrary<TarEntry> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.tuple(arbitraryMetadata, fc.uint8Array({ maxLength: 2000 })).map(([rest, content]) => createEntry({ ...rest, path }, content)) },
    fc.tuple(arbitraryMetadata, arbitraryPath).map(([rest, linkName]) => createEntry({ ...rest, path, type: 'symlink', linkName })),
    arbitraryMetadata.map((rest) => createEntry({ ...rest, path, type: 'character', devMajor: 1, devMinor: 300 })),
    arbitraryMetadata.map((rest) => createEntry({ ...rest, path, type: 'fifo' })),
  );
}

/** A directory at `path`. */
export function arbitraryDirectory(path: string): fc.Arbitrary<TarEntry> {
  return arbitraryMetadata.map((rest) => createEntry({ ...rest, path, type: 'directory' }));
}

/** The entries of a whole root filesystem without contradictions: some parents are missing, some files are hard links. */
export const arbitraryRootfs: fc.Arbitrary<TarEntry[]> = fc
  .uniqueArray(arbitraryPath, { minLength: 1, maxLength: 12 })
  .chain((paths) => {
    const parents = new Set(paths.flatMap((path) => path.split('/').map((_, depth, names) => names.slice(0, depth).join('/'))));
    const all = new Set([...paths, ...[...parents].filter((path) => path !== '')]);
    return fc.tuple(...[...all].map((path) => (parents.has(path) ? fc.option(arbitraryDirectory(path)) : arbitraryLeaf(path))));
  })
  .chain((entries) => {
    const present = entries.filter((entry) => entry !== null);
    const targets = present.filter((entry) => entry.type !== 'directory');
    return fc
      .array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 })
      .map((pairs) => [...present, ...pairs.flatMap(([number, at], index) => linkTo(targets[at % Math.max(targets.length, 1)], `zz-link-${index}-${number}`))]);
  });

function linkTo(target: TarEntry | undefined, path: string): TarEntry[] {
  return target === undefined ? [] : [createEntry({ path, type: 'link', linkName: target.path })];
}

/** All orders of a list. */
export function arbitraryOrder<Item>(items: readonly Item[]): fc.Arbitrary<Item[]> {
  return fc.shuffledSubarray([...items], { minLength: items.length });
}
