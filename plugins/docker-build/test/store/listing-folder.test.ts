import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, readLayer, writeTar } from '@cos/archive';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ListingFolder } from '../../src/store/listing-folder.ts';
import type { KnownLayer } from '../../src/store/listing-text.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cos-listings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const open = (limit = 1e9): ListingFolder => new ListingFolder({ folder: join(folder, 'layers'), limit });
const files = (): readonly string[] => readdirSync(join(folder, 'layers')).filter((name) => name !== 'swept').sort();

async function layer(count = 3): Promise<KnownLayer> {
  const entries = Array.from({ length: count }, (_, index) => createEntry({ path: `d/\t${index}\udc80`, xattrs: new Map([['security.capability', Uint8Array.of(index, 0x80)]]) }, `content ${index}`));
  return { head: 'h', listing: await readLayer(writeTar([createEntry({ path: 'd', type: 'directory' }), createEntry({ path: 'empty' }), ...entries, createEntry({ path: 'l', type: 'link', linkName: 'empty' })]), { keeps: ({ path }) => path.includes('1') }) };
}

/** Without the reference of contents to their listing. */
function plain({ head, listing }: KnownLayer): unknown {
  const entries = listing.entries.map(({ header: { path, type, mode, uid, gid, size, linkName, xattrs }, content }) => [
    { path, type, mode, uid, gid, size, linkName, xattrs },
    content && [content.number, content.size, content.sha256, content.bytes && Buffer.from(content.bytes).toString()],
  ]);
  return { head, entries };
}

describe('the folder of listings', () => {
  it('gives back what was added, in another process too', async () => {
    const added = await layer();
    open().add(digest('a'), added);
    expect(plain(open().find(digest('a'))!)).toEqual(plain(added));
    expect(open().find(digest('b'))).toBeUndefined();
  });

  it('does not believe a file that was cut off, changed or is of another format', async () => {
    open().add(digest('a'), await layer(200));
    const file = join(folder, 'layers', files()[0]!);
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at += 97) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x10;
      writeFileSync(file, changed);
      // Where the change does not show (the frame's own size hint, say) the listing is whole.
      const found = open().find(digest('a'));
      if (found !== undefined) expect(plain(found)).toEqual(plain(await layer(200)));
      writeFileSync(file, whole.subarray(0, at));
      expect(open().find(digest('a'))).toBeUndefined();
    }
  });

  it('takes no name that is no digest', async () => {
    for (const name of ['sha256:../../x', 'x', '', `sha256:${'A'.repeat(64)}`]) {
      open().add(name, await layer());
      expect(open().find(name)).toBeUndefined();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps what was used last when there is more than the limit, and removes what a dead process began', async () => {
    const store = open();
    for (const [age, digit] of [[30, 'a'], [20, 'b'], [10, 'c']] as const) {
      store.add(digest(digit), await layer());
      const file = join(folder, 'layers', `${digit.repeat(64)}.v1.zst`);
      utimesSync(file, Date.now() / 1000 - age, Date.now() / 1000 - age);
    }
    store.find(digest('a'));
    const { size: bytes, blocks } = statSync(join(folder, 'layers', files()[0]!));
    const size = Math.max(bytes, blocks * 512);
    const begun = join(folder, 'layers', 'x.tmp');
    writeFileSync(begun, '');
    utimesSync(begun, 0, 0);
    open(size * 3).add(digest('d'), await layer());
    expect(files()).toEqual(['a', 'c', 'd'].map((digit) => `${digit.repeat(64)}.v1.zst`));
  });

  it('is looked through now and then, and not whenever something is added', async () => {
    const store = open();
    store.add(digest('a'), await layer());
    const begun = join(folder, 'layers', 'x.tmp');
    const begin = (): void => {
      writeFileSync(begun, '');
      utimesSync(begun, 0, 0);
    };
    begin();
    store.add(digest('b'), await layer());
    open().add(digest('c'), await layer());
    expect(files()).toContain('x.tmp');
    // An hour later, or when much was added since.
    utimesSync(join(folder, 'layers', 'swept'), Date.now() / 1000 - 4000, Date.now() / 1000 - 4000);
    store.add(digest('d'), await layer());
    expect(files()).not.toContain('x.tmp');
    begin();
    open(50_000).add(digest('e'), await layer());
    expect(files()).not.toContain('x.tmp');
  });

  it('is no failure where it cannot be written to', async () => {
    writeFileSync(join(folder, 'layers'), 'a file in its place');
    open().add(digest('a'), await layer());
    expect(open().find(digest('a'))).toBeUndefined();
    rmSync(join(folder, 'layers'));
    mkdirSync(join(folder, 'layers'));
    chmodSync(join(folder, 'layers'), 0o500);
    open().add(digest('a'), await layer());
  });
});
