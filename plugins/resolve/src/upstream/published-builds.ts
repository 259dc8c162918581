import { fingerprintName, NO_VALUES, valuesFromJson, type ArchiveMetadata, type ValueMap } from '@cos/luet';
import * as z from 'zod/mini';

// What the index of a repository says of how its packages were built, without the rest, which is long: a file beside the trees that are kept.

const schema = z.strictObject({
  format: z.literal(1),
  /** Different sets of values; most repositories have one. */
  values: z.array(z.record(z.string(), z.json())),
  /** By fingerprint name: which of `values`. */
  packages: z.record(z.string(), z.int()),
  /** Repositories of images that builds pushed to and pulled from. */
  caches: z.array(z.string()),
});

export interface PublishedBuilds {
  /** Values that a package was rendered with; undefined when the index does not say it. */
  readonly valuesOf: (fingerprintName: string) => ValueMap | undefined;
  readonly caches: readonly string[];
}

/** Equal indexes give equal bytes. */
export function recordBuilds(packages: readonly ArchiveMetadata[]): string {
  const sorted = packages.toSorted((a, b) => (fingerprintName(a.package) < fingerprintName(b.package) ? -1 : 1));
  const texts = [...new Set(sorted.map(({ buildValues }) => JSON.stringify(buildValues)))];
  const caches = sorted.flatMap(({ pushImageRepository, pullImageRepositories }) => [pushImageRepository, ...pullImageRepositories]).filter(isRepository);
  return `${JSON.stringify({
    format: 1,
    values: texts.map((text): unknown => JSON.parse(text)),
    packages: Object.fromEntries(sorted.map((one) => [fingerprintName(one.package), texts.indexOf(JSON.stringify(one.buildValues))])),
    caches: [...new Set(caches)],
  })}\n`;
}

/** Reads what `recordBuilds` wrote; its digest is compared by then. A package that the index does not have was built with the others: with their values, if all have the same. */
export function readBuilds(text: string): PublishedBuilds {
  const { values, packages, caches } = schema.parse(JSON.parse(text));
  const maps = values.map(valuesFromJson);
  const [first = NO_VALUES] = maps;
  return {
    valuesOf: (name) => (Object.hasOwn(packages, name) ? maps[packages[name] ?? 0] : maps.length > 1 ? undefined : first),
    caches,
  };
}

/** Metadata of luet may name anything here; only names of image repositories can be looked in. */
function isRepository(text: string): boolean {
  return /^[A-Za-z0-9._-]+(?::[0-9]{1,5})?(?:\/[a-z0-9._-]+)+$/.test(text);
}
