import { createHash } from 'node:crypto';
import type { Digest } from '@cos/core';
import type { InstalledPackage } from './installed-package.ts';
import type { OsRelease } from './os-release.ts';
import { formatPurl, purlOf } from './purl.ts';
import { readLicense, type DeclaredLicense } from './read-license.ts';

/** What a bill of materials is of, and what is in it: the same for every format. */
export interface Bill {
  readonly subject: Subject;
  readonly components: readonly Component[];
  /** Seconds since 1970. */
  readonly created: number;
}

export interface Subject {
  readonly form: 'archive' | 'image' | 'layout' | 'iso' | 'disk';
  readonly name: string;
  readonly version?: string;
  /**
   * Of a file: `sha256:…` of its bytes. Of an image in a layout: of its manifest, as registries name it. Of an image of an engine: of its content as cos
   * counts it, which is not the digest of a manifest.
   */
  readonly digest: Digest;
}

export interface Component {
  /** Unique in the bill, of letters, digits, `.` and `-`. */
  readonly id: string;
  /** `installed`: a package manager of the system knows it; `built`: a package that cos made the system of; `distribution`: what os-release names. */
  readonly origin: 'installed' | 'built' | 'distribution';
  readonly name: string;
  readonly version: string | undefined;
  /** Undefined: of a distribution. */
  readonly purl: string | undefined;
  readonly description: string | undefined;
  readonly license: DeclaredLicense | undefined;
  readonly supplier: Supplier | undefined;
  /** For people: what it was built from. */
  readonly source: string | undefined;
  /** Of its archive, hexadecimal. */
  readonly sha256: string | undefined;
}

export interface Supplier {
  readonly name: string;
  readonly email?: string;
}

/** A package that the system was made of. */
export interface BuiltPackage {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** Of the archive, hexadecimal; empty: it has none. */
  readonly sha256: string;
  readonly description: string;
  readonly license: string;
}

export interface BillRequest extends Omit<Bill, 'components'> {
  readonly distribution: OsRelease | undefined;
  readonly installed: readonly InstalledPackage[];
  readonly built: readonly BuiltPackage[];
}

/** Components are sorted by id, each once. */
export function createBill({ subject, created, distribution, installed, built }: BillRequest): Bill {
  const components = [
    ...(distribution === undefined ? [] : [ofDistribution(distribution)]),
    ...installed.map((one) => ofInstalled(one, distribution)),
    ...built.map(ofBuilt),
  ];
  const byId = new Map(components.map((one) => [one.id, one]));
  return { subject, created, components: [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one) };
}

function ofDistribution({ id, version, title }: OsRelease): Component {
  return { ...NOTHING, id: idOf('os', [id, version ?? ''], id), origin: 'distribution', name: shown(id), version: version === undefined ? undefined : shown(version), description: title };
}

function ofInstalled(one: InstalledPackage, distribution: OsRelease | undefined): Component {
  const { manager, name, epoch, version, architecture, license, supplier, source } = one;
  const purl = purlOf(one, distribution);
  return {
    ...NOTHING,
    id: idOf(manager, [name, version, architecture ?? ''], purl),
    origin: 'installed',
    name: shown(name),
    version: shown(epoch === undefined ? version : `${epoch}:${version}`),
    purl,
    license: readLicense(license ?? ''),
    supplier: readSupplier(supplier ?? ''),
    source: source === undefined ? undefined : shown([source.name, source.version].filter((part) => part !== undefined).join(' ')),
  };
}

function ofBuilt({ category, name, version, sha256, description, license }: BuiltPackage): Component {
  const purl = formatPurl({ type: 'generic', namespace: category, name, version, qualifiers: { checksum: sha256 === '' ? undefined : `sha256:${sha256}` } });
  return {
    ...NOTHING,
    id: idOf('cos', [category, name, version], purl),
    origin: 'built',
    name: shown(category === '' ? name : `${category}/${name}`),
    version: shown(version),
    purl,
    description: description === '' ? undefined : oneLine(description),
    license: readLicense(license),
    sha256: sha256 === '' ? undefined : sha256,
  };
}

const NOTHING = { version: undefined, purl: undefined, description: undefined, license: undefined, supplier: undefined, source: undefined, sha256: undefined } as const;

/** Readable, and unique by the digest of what it stands for. */
function idOf(origin: string, words: readonly string[], exact: string): string {
  const readable = [origin, ...words].filter((word) => word !== '').join('-').replaceAll(/[^A-Za-z0-9.-]+/g, '-');
  return `${readable.slice(0, 120)}-${createHash('sha256').update(exact).digest('hex').slice(0, 12)}`;
}

/** `Name <address>`, or a name. What is no plain address stays part of the name. */
function readSupplier(text: string): Supplier | undefined {
  const line = oneLine(text);
  const [, before = '', email = ''] = /^([^<]*)<([^<>]*)>$/.exec(line) ?? [];
  if (!ADDRESS.test(email)) return line === '' ? undefined : { name: line };
  return { name: before.trim() === '' ? email : before.trim(), email };
}

const ADDRESS = /^[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*\.)+[A-Za-z]{2,}$/;

/** Names and versions stand on one line, and stay what they are otherwise. */
function shown(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '\ufffd');
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}
