import { describe, expect, it } from 'vitest';
import { failureOf, inventoryOf, shortly } from './rig.ts';

const DATABASE = 'lib/apk/db/installed';
const MUSL = `C:Q1T/xmMdQO5AoL8hBcWQZBbQQ9tiA=
P:musl
V:1.2.4_git20230717-r4
A:x86_64
S:407278
I:667648
T:the musl c library (libc) implementation
U:https://musl.libc.org/
L:MIT
o:musl
m:Timo Teräs <timo.teras@iki.fi>
t:1699271303
c:ca7f2ab5e88794e4e654b40776f8a92256f50639
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1mUHxTHcCXSQXqzTOvOsJfPQ0hXo=
R:libc.musl-x86_64.so.1
a:0:0:777
Z:Q17yJ3JFNypA4mxhJJr0ou6CzsJVI=

`;
const CERTIFICATES = 'P:ca-certificates-bundle\nV:20230506-r0\nA:x86_64\nL:MPL-2.0 AND MIT\no:ca-certificates\nF:etc\nF:etc/ssl\n\n';

describe('packages of apk', () => {
  it('are those of the database, with licence, origin and maintainer', async () => {
    const { packages } = await inventoryOf({ [DATABASE]: MUSL + CERTIFICATES });
    expect(packages).toEqual([
      { manager: 'apk', name: 'ca-certificates-bundle', version: '20230506-r0', architecture: 'x86_64', license: 'MPL-2.0 AND MIT', source: { name: 'ca-certificates' } },
      { manager: 'apk', name: 'musl', version: '1.2.4_git20230717-r4', architecture: 'x86_64', license: 'MIT', supplier: 'Timo Teräs <timo.teras@iki.fi>', source: { name: 'musl' } },
    ]);
  });

  it('are found where /lib is a link to /usr/lib, and once', async () => {
    expect(shortly((await inventoryOf({ lib: '-> usr/lib', 'usr/lib/apk/db/installed': MUSL })).packages)).toEqual(['musl 1.2.4_git20230717-r4 x86_64']);
    expect(shortly((await inventoryOf({ 'usr/lib/apk/db/installed': MUSL, [DATABASE]: CERTIFICATES })).packages)).toHaveLength(2);
  });

  it('are none where nothing is installed', async () => {
    expect((await inventoryOf({ [DATABASE]: '' })).packages).toEqual([]);
  });
});

describe('a damaged database of apk', () => {
  it.each([
    ['a line of another form', `${MUSL}?what\n`, 'Expected "Name: value"; found "?what". [/lib/apk/db/installed:23]'],
    ['a paragraph without a name', `${MUSL}V:1\n\n`, 'Expected a paragraph with the line "P:", the name of a package; it has none. [/lib/apk/db/installed:23]'],
    ['a package without a version', 'P:a\n\n', 'Expected a paragraph with the line "V:", the version of the package "a"; it has none. [/lib/apk/db/installed:1]'],
    ['a file that was cut off', MUSL.slice(0, 200), 'Expected the end of a line at the end of the file; it was cut off. [/lib/apk/db/installed:11]'],
  ])('is refused with its line: %s', async (_, text, message) => {
    expect(await failureOf(async () => await inventoryOf({ [DATABASE]: text }))).toEqual([`COS_ATTEST_DATABASE: A package database of the system is damaged: /lib/apk/db/installed. ${message}`]);
  });

  it('is told together with those of the other package managers', async () => {
    const failures = await failureOf(async () => await inventoryOf({ [DATABASE]: 'P:a\n\n', 'var/lib/dpkg/status': 'x\n', 'var/lib/rpm/Packages.db': 'x' }));
    expect(failures.map((text) => /damaged: (\/[^ ,]+?)[.,] /.exec(text)?.[1])).toEqual(['/var/lib/dpkg/status', '/lib/apk/db/installed', '/var/lib/rpm/Packages.db']);
  });
});
