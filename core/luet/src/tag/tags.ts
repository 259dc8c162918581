// luet's image tags, bit for bit, so that its caches and clients stay usable. Never trust them alone: the tag of a package with
// `requires_final_images` or `copy` says nothing about what is in those requirements, and a tag depends on the chain it stands in.

import { createHash } from 'node:crypto';
import { fingerprintName } from '../package/identity.ts';
import type { Identity } from '../package/identity.ts';
import { nameKey } from '../package/reference.ts';
import type { HashedSpec } from './structural-hash.ts';
import { hashSpec } from './structural-hash.ts';

export interface TaggedPackage extends Identity {
  /** Structural hash and directory hash, from `saltOf`. */
  readonly salt: string;
}

export interface ElementTags {
  readonly fingerprintName: string;
  /** Tag of the package image. */
  readonly packageHash: string;
  /** Tag of the image below it. */
  readonly buildHash: string;
  /** Tag of the builder image: other targets give the same package other builder tags. */
  readonly builderTag: string;
}

/** `directoryHash` is the result of `hashDirectory` for the package's folder. */
export function saltOf(spec: HashedSpec, directoryHash: string): string {
  return `${hashSpec(spec)}${directoryHash}`;
}

/** Tags of all elements of a chain; the last one is the target. Virtual packages count as any other. */
export function tagChain(chain: readonly TaggedPackage[]): ElementTags[] {
  const running = createHash('sha256');
  let previous: string | undefined;
  const hashes = chain.map((one) => {
    // Of everything up to here; a copy, because taking the digest ends a hash.
    const packageHash = running.update(lineOf(one)).copy().digest('hex');
    const buildHash = previous ?? sha256(lineOf({ ...one, name: `@@${one.name}` }));
    previous = packageHash;
    return { one, packageHash, buildHash };
  });
  const targetHash = hashes.at(-1)?.packageHash ?? '';
  return hashes.map(({ one, packageHash, buildHash }) => {
    const name = fingerprintName(one);
    return { fingerprintName: name, packageHash, buildHash, builderTag: builderTag(name, targetHash) };
  });
}

export function builderTag(name: string, targetPackageHash: string): string {
  return `builder-${createHash('md5').update(`${name}-${targetPackageHash}`).digest('hex')}`;
}

/**
 * Tag of the image that is put together for a package with `requires_final_images`. Each part's hash is that of the part solved
 * on its own, in a chain where packages with `requires_final_images` keep their requirements (nowhere else do they).
 */
export function joinTag(parts: readonly { readonly fingerprintName: string; readonly packageHash: string }[]): string {
  const text = parts.map((part) => part.packageHash + part.fingerprintName).join('');
  return createHash('md5').update(`${text}-join`).digest('hex');
}

function lineOf(one: TaggedPackage): string {
  return `${nameKeyWithSlash(one)} ${one.version} installed${one.salt}\n`;
}

/** The slash stays even without a category. */
function nameKeyWithSlash(one: Identity): string {
  return one.category === '' ? `/${one.name}` : nameKey(one);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
