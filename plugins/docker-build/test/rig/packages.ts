import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A mirror of a few packages with the layout of Debian's, so that the real programs run without network and in a second.

export interface TestPackage {
  readonly name: string;
  /** Default `1:1.0`. */
  readonly version?: string;
  /** Further fields of the control file, each with its line end. */
  readonly fields?: string;
  /** Content of its one file. */
  readonly text?: string;
}

export interface TestRelease {
  /** Default 2026-01-01. */
  readonly date?: string;
  readonly validUntil?: string;
  /** Folder of GnuPG with the key to sign with; default: the release is not signed. */
  readonly key?: string;
}

/** Packages without architecture, in the suite `stable` with the codename `test`. */
export class TestMirror {
  readonly folder = mkdtempSync(join(tmpdir(), 'cos-mirror-'));

  /** A line of a sources.list that takes the mirror without signature. */
  get trusted(): string {
    return `deb [trusted=yes] copy:${this.folder} stable main`;
  }

  get signed(): string {
    return `deb copy:${this.folder} stable main`;
  }

  /** Replaces everything that the mirror has. */
  publish(packages: readonly TestPackage[], release: TestRelease = {}): void {
    rmSync(this.folder, { recursive: true, force: true });
    const lists = join(this.folder, 'dists/stable');
    mkdirSync(join(this.folder, 'pool'), { recursive: true });
    const records = packages.map((each) => this.#build(each));
    const hashes = ['amd64', 'arm64'].map((architecture) => {
      const list = join(lists, `main/binary-${architecture}`);
      mkdirSync(list, { recursive: true });
      const text = records.map((record) => `${record}\n`).join('');
      writeFileSync(join(list, 'Packages'), text);
      return ` ${createHash('sha256').update(text).digest('hex')} ${Buffer.byteLength(text)} main/binary-${architecture}/Packages\n`;
    });
    const date = new Date(release.date ?? '2026-01-01T00:00:00Z').toUTCString().replace('GMT', 'UTC');
    const until = release.validUntil === undefined ? '' : `Valid-Until: ${new Date(release.validUntil).toUTCString().replace('GMT', 'UTC')}\n`;
    const text = `Origin: Test\nLabel: Test\nSuite: stable\nCodename: test\nDate: ${date}\n${until}Architectures: amd64 arm64\nComponents: main\nSHA256:\n${hashes.join('')}`;
    writeFileSync(join(lists, 'Release'), text);
    if (release.key !== undefined) execFileSync('gpg', ['--homedir', release.key, '--batch', '--yes', '--clearsign', '--output', join(lists, 'InRelease'), join(lists, 'Release')], { stdio: 'pipe' });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #build({ name, version = '1:1.0', fields = '', text = `I am ${name}\n` }: TestPackage): string {
    const root = join(this.folder, 'build', name);
    mkdirSync(join(root, 'DEBIAN'), { recursive: true });
    mkdirSync(join(root, `usr/share/doc/${name}`), { recursive: true });
    writeFileSync(join(root, `usr/share/${name}`), text);
    writeFileSync(join(root, `usr/share/doc/${name}/copyright`), 'x\n');
    const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: x <x@example.org>\n${fields}Description: x\n`;
    writeFileSync(join(root, 'DEBIAN/control'), control);
    const file = `pool/${name}_${version.replace(/^\d+:/, '')}_all.deb`;
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, join(this.folder, file)], { stdio: 'pipe', env: { ...process.env, SOURCE_DATE_EPOCH: '1000000000' } });
    const bytes = readFileSync(join(this.folder, file));
    return `${control}Filename: ${file}\nSize: ${statSync(join(this.folder, file)).size}\nSHA256: ${createHash('sha256').update(bytes).digest('hex')}\n`;
  }
}

/** A key pair in a folder of its own, and its public half as a file, armoured or not. */
export function makeKey(): { readonly folder: string; readonly armoured: Buffer; readonly binary: Buffer; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'cos-gpg-'));
  const gpg = (...args: readonly string[]): Buffer => execFileSync('gpg', ['--homedir', folder, '--batch', '--yes', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  gpg('--passphrase', '', '--quick-generate-key', 'Test <test@example.org>', 'ed25519', 'sign', 'never');
  return {
    folder,
    armoured: gpg('--armor', '--export'),
    binary: gpg('--export'),
    remove: () => {
      execFileSync('gpgconf', ['--homedir', folder, '--kill', 'all']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
