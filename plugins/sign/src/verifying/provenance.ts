import { TrustError } from '@cos/trust';
import * as z from 'zod/mini';

// What SLSA Provenance v1 says of how an artifact came to be, as far as it is told.

export const provenanceType = 'https://slsa.dev/provenance/v1';

const text = z.catch(z.string(), '');

export const provenanceForm = z.object({
  buildDefinition: z.object({
    externalParameters: z.catch(z.object({ target: text, derivative: text, version: text, platform: text }), { target: '', derivative: '', version: '', platform: '' }),
    resolvedDependencies: z._default(z.array(z.object({ uri: z.optional(z.string()) })), []),
  }),
  runDetails: z.object({
    builder: z.object({ id: z.string() }),
    /** Files that were made beside: bills of materials. */
    byproducts: z._default(z.array(z.object({ name: text, mediaType: text, digest: z.object({ sha256: text }) })), []),
  }),
});

export type Provenance = z.output<typeof provenanceForm>;

/** What a statement by the name of a file or an artifact says. Throws TrustError `signature-file`. */
export function readProvenance(predicate: unknown, name: string): Provenance {
  const read = z.safeParse(provenanceForm, predicate);
  if (read.success) return read.data;
  throw new TrustError('signature-file', `${name} is signed, but does not say how something came to be.`, { expected: 'SLSA provenance 1', found: 'another object', notes: read.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`) });
}

/** By what and from which sources, a line each. */
export function tellProvenance({ buildDefinition, runDetails }: Provenance): readonly string[] {
  const { target, derivative, version, platform } = buildDefinition.externalParameters;
  const sources = buildDefinition.resolvedDependencies.flatMap(({ uri }) => (uri === undefined ? [] : [uri]));
  const folders = [...new Set(sources)].filter((one) => !sources.some((other) => one.startsWith(`${other}/`)));
  const pinned = buildDefinition.resolvedDependencies.length - sources.length;
  return [
    `made by ${printable(runDetails.builder.id)}: target ${printable(target)} of ${printable(derivative)}${version === '' ? '' : ` ${printable(version)}`} for ${printable(platform)}`,
    `from ${folders.map((one) => printable(one)).join(', ') || 'nothing of the workspace'}${pinned === 0 ? '' : `, and ${pinned} things from outside that are named by digest`}`,
  ];
}

/** Texts of a statement are whatever its signer wrote: they do not reach a terminal as commands for it. */
export function printable(value: string): string {
  return /^[\w@%+=:,./~ -]{0,200}$/.test(value) ? value : JSON.stringify(value.slice(0, 200));
}
