// The hash of a rendered recipe inside luet's tags (the tag family of luet 0.32 and later). Fields and their order are part of the
// format. Requirements are hashed as they are written: a selector stays a selector.

import type { BuildSpec } from '../package/build-spec.ts';
import type { CopyItem } from '../package/build-spec-parts.ts';
import type { PackageReference } from '../package/reference.ts';
import { hashBytes, hashNumber, hashPair, hashText } from './fnv.ts';

export type HashedSpec = Pick<
  BuildSpec,
  'image' | 'steps' | 'packageDir' | 'prelude' | 'seed' | 'env' | 'retrieve' | 'unpack' | 'includes' | 'excludes' | 'requires' | 'requiresFinalImages'
> & { readonly copy: readonly HashedCopy[] };

type HashedCopy = Omit<CopyItem, 'at'>;

export function hashSpec(spec: HashedSpec): bigint {
  return hashRecord('Signature', [
    ['Image', hashText(spec.image)],
    ['Steps', hashTexts(spec.steps)],
    ['PackageDir', hashText(spec.packageDir)],
    ['Prelude', hashTexts(spec.prelude)],
    ['Seed', hashText(spec.seed)],
    ['Env', hashTexts(spec.env)],
    ['Retrieve', hashTexts(spec.retrieve)],
    ['Unpack', hashBoolean(spec.unpack)],
    ['Includes', hashTexts(spec.includes)],
    ['Excludes', hashTexts(spec.excludes)],
    ['Copy', hashList(spec.copy.map(hashCopy))],
    ['Requires', hashList(spec.requires.map(hashReference))],
    ['RequiresFinalImages', hashBoolean(spec.requiresFinalImages)],
    ['Dockerfile', hashText('')],
  ]);
}

function hashCopy(item: HashedCopy): bigint {
  return hashRecord('CopyField', [
    ['Package', item.package === undefined ? hashNumber(0n) : hashReference(item.package)],
    ['Image', hashText(item.image ?? '')],
    ['Source', hashText(item.source)],
    ['Destination', hashText(item.destination)],
  ]);
}

function hashReference({ name, version, category }: PackageReference): bigint {
  const none = hashText('');
  return hashRecord('Package', [
    ['ID', hashNumber(0n)],
    ['Name', hashText(name)],
    ['Version', hashText(version)],
    ['Category', hashText(category)],
    ['UseFlags', 0n],
    ['State', none],
    ['PackageRequires', 0n],
    ['PackageConflicts', 0n],
    ['Provides', 0n],
    ['Hidden', hashBoolean(false)],
    ['Annotations', EMPTY_MAP],
    ['Path', none],
    ['Description', none],
    ['Uri', 0n],
    ['License', none],
    ['BuildTimestamp', none],
    ['Labels', EMPTY_MAP],
    ['TreeDir', none],
    ['OriginDockerfile', none],
  ]);
}

/** The running value is hashed again after every field, not once at the end. */
function hashRecord(type: string, fields: readonly (readonly [string, bigint])[]): bigint {
  return fields.reduce((hash, [name, value]) => hashNumber(hash ^ hashPair(hashText(name), value)), hashText(type));
}

function hashTexts(texts: readonly string[]): bigint {
  return hashList(texts.map(hashText));
}

function hashList(hashes: readonly bigint[]): bigint {
  return hashes.reduce((hash, one) => hashPair(hash, one), 0n);
}

function hashBoolean(value: boolean): bigint {
  return hashBytes(Uint8Array.of(value ? 1 : 0));
}

const EMPTY_MAP = hashNumber(0n);
