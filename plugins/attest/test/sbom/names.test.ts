import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { InstalledPackage } from '../../src/sbom/installed-package.ts';
import { licenseExceptions, licenseIds } from '../../src/sbom/license-ids.ts';
import { readOsRelease } from '../../src/sbom/os-release.ts';
import { purlOf } from '../../src/sbom/purl.ts';
import { readLicense } from '../../src/sbom/read-license.ts';

const debian = { id: 'debian', version: '12', title: 'Debian GNU/Linux 12 (bookworm)' };

describe('a package URL', () => {
  const deb = (fields: Partial<InstalledPackage>): string => purlOf({ manager: 'deb', name: 'a', version: '1', ...fields }, debian);

  it('names distribution, architecture and source', () => {
    expect(deb({ name: 'Libstdc++6', version: '1:12.2.0~rc1-14', architecture: 'amd64', source: { name: 'gcc-12' } })).toBe('pkg:deb/debian/libstdc%2B%2B6@1:12.2.0~rc1-14?arch=amd64&distro=debian-12&upstream=gcc-12');
    expect(deb({ source: { name: 'a', version: '2' } })).toBe('pkg:deb/debian/a@1?distro=debian-12&upstream=a%402');
    expect(deb({ source: { name: 'a' } })).toBe('pkg:deb/debian/a@1?distro=debian-12');
    expect(deb({ manager: 'rpm', name: 'NetworkManager', epoch: 0, source: { name: 'NetworkManager-1-2.src.rpm' } })).toBe('pkg:rpm/debian/NetworkManager@1?distro=debian-12&epoch=0&upstream=NetworkManager-1-2.src.rpm');
  });

  it('names no distribution where the system does not', () => {
    expect(purlOf({ manager: 'apk', name: 'a', version: "1!*'()" }, undefined)).toBe('pkg:apk/a@1%21%2A%27%28%29');
    expect(purlOf({ manager: 'apk', name: 'a', version: '1' }, { id: 'arch' })).toBe('pkg:apk/arch/a@1?distro=arch');
  });
});

describe('a licence', () => {
  it.each(['MIT', 'GPL-2.0+', 'MIT AND (Apache-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0)', 'LicenseRef-A OR MIT', '((MIT))', ' MIT  AND ISC '])('is an expression: %s', (text) => {
    expect(readLicense(text)).toMatchObject({ form: 'expression', text: text.trim().replaceAll(/\s+/g, ' ') });
  });

  it.each(['GPLv2+ and BSD', 'mit', 'MIT and ISC', 'MIT AND', 'AND MIT', '(MIT', 'MIT)', 'MIT ISC', 'MIT WITH Nothing', '()', 'MIT OR OR ISC', 'GPL-2.0++', 'MIT ('])('is words: %s', (text) => {
    expect(readLicense(text)).toEqual({ form: 'words', text });
  });

  it('is nothing where nothing is said', () => {
    expect(readLicense('  ')).toBeUndefined();
  });

  it('is known by identifiers of the published list alone', () => {
    const schema = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json').replace('package.json', 'res/schema/spdx.SNAPSHOT.schema.json');
    const published = new Set<string>(JSON.parse(readFileSync(schema, 'utf8')).enum);
    expect([...licenseIds, ...licenseExceptions].filter((id) => !published.has(id))).toEqual([]);
  });
});

describe('os-release', () => {
  it('is read with and without quotes', () => {
    expect(readOsRelease('# a\nID=Debian\nVERSION_ID="12"\nPRETTY_NAME="A \\"B\\" \\$1"\n')).toEqual({ id: 'debian', version: '12', title: 'A "B" $1' });
    expect(readOsRelease("ID='opensuse-leap'\nPRETTY_NAME='x'\r\n")).toEqual({ id: 'opensuse-leap', title: 'x' });
  });

  it('that names no distribution is none', () => {
    expect(readOsRelease('PRETTY_NAME=x\n')).toBeUndefined();
  });
});
