import { describe, expect, it } from 'vitest';
import { chooseFolders, measureFolders } from '../src/measure-folders.ts';
import { showName } from '../src/show/name.ts';
import { showBar, showTable } from '../src/show/table.ts';
import { file } from './commands/packed.ts';

describe('a bar', () => {
  it('is of eighths of blocks on a terminal', () => {
    expect([0, 1 / 64, 0.5, 0.9, 1].map((share) => showBar(share, { width: 8, isTerminal: true }))).toEqual(['', '▏', '████', '███████▎', '████████']);
  });

  it('is of number signs elsewhere', () => {
    expect([0, 0.5, 1].map((share) => showBar(share, { width: 8, isTerminal: false }))).toEqual(['', '####', '########']);
  });

  it('is never longer than its width', () => {
    expect(showBar(7, { width: 4, isTerminal: true })).toBe('████');
  });
});

describe('a table', () => {
  it('has columns as wide as their widest cell, and no spaces at the end of a line', () => {
    expect(showTable([['a', '10', 'x'], ['long', '9', '']], new Set([0, 2]))).toEqual(['  a     10  x', '  long   9']);
    expect(showTable([])).toEqual([]);
  });
});

describe('a name', () => {
  it.each([
    ['usr/bin/tool', 'usr/bin/tool'], ['straße/日本', 'straße/日本'], ['a\u001b[31mb', 'a\\x1b[31mb'], ['line\nend', 'line\\x0aend'], ['back\\slash', 'back\\\\slash'],
    ['not\udcfftext', 'not\\xfftext'], ['right\u202eleft', 'right\\x202eleft'],
  ])('%j is shown as %j', (name, shown) => {
    expect(showName(name)).toBe(shown);
  });
});

describe('folders', () => {
  const entries = [file('usr/lib/a/big', 900), file('usr/lib/b/small', 60), file('usr/bin/x', 35), file('etc/y', 5)].map((entry) => ({ ...entry, sha256: undefined }));

  it('have the sizes of everything below them, largest first', () => {
    expect(measureFolders(entries).map(({ path, size, files }) => `${path} ${size} ${files}`)).toEqual([' 1000 4', 'usr 995 3', 'usr/lib 960 2', 'usr/lib/a 900 1', 'usr/lib/b 60 1', 'usr/bin 35 1', 'etc 5 1']);
  });

  it('are told apart as deep as asked, and as long as they have a share', () => {
    const shown = (options: { readonly share: number; readonly depth: number }) => chooseFolders(measureFolders(entries), options).map(({ path }) => path);
    expect(shown({ share: 0.02, depth: 3 })).toEqual(['usr', 'usr/lib', 'usr/lib/a', 'usr/lib/b', 'usr/bin']);
    expect(shown({ share: 0.02, depth: 1 })).toEqual(['usr']);
    expect(shown({ share: 0.5, depth: 9 })).toEqual(['usr', 'usr/lib', 'usr/lib/a']);
    expect(shown({ share: 0, depth: 9 })).toContain('etc');
  });
});
