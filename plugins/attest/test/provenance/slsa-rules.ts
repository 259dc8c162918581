import * as z from 'zod/mini';

// What in-toto's Statement v1 and SLSA's Provenance v1 demand, strictly: required fields, their forms, and no others than those that they define. No package
// of npm brings a schema of them. Formats: in-toto Attestation Framework, "Statement", "ResourceDescriptor" and "DigestSet"; SLSA Provenance v1, "Schema".

const uri = z.string().check(z.regex(/^[a-z][a-z0-9+.-]*:\S+$/i));
const digestSet = z.record(z.string().check(z.minLength(1)), z.string().check(z.regex(/^[0-9a-f]+$/)));

const descriptor = z
  .strictObject({
    name: z.optional(z.string()),
    // Relative references are those of the workspace.
    uri: z.optional(z.string().check(z.regex(/^\S+$/))),
    digest: z.optional(digestSet),
    content: z.optional(z.string()),
    downloadLocation: z.optional(uri),
    mediaType: z.optional(z.string().check(z.regex(/^[\w.+-]+\/[\w.+-]+$/))),
    annotations: z.optional(z.record(z.string(), z.json())),
  })
  .check(z.refine((one) => one.uri !== undefined || one.digest !== undefined || one.content !== undefined, 'needs a uri, a digest or a content'));

const statement = z.strictObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.strictObject({ name: z.string().check(z.minLength(1)), digest: digestSet.check(z.refine((set) => Object.keys(set).length > 0, 'needs a digest')) })).check(z.minLength(1)),
  predicateType: z.literal('https://slsa.dev/provenance/v1'),
  predicate: z.strictObject({
    buildDefinition: z.strictObject({ buildType: uri, externalParameters: z.record(z.string(), z.json()), internalParameters: z.optional(z.record(z.string(), z.json())), resolvedDependencies: z.optional(z.array(descriptor)) }),
    runDetails: z.strictObject({
      builder: z.strictObject({ id: uri, version: z.optional(z.record(z.string(), z.string())), builderDependencies: z.optional(z.array(descriptor)) }),
      metadata: z.optional(z.strictObject({ invocationId: z.optional(z.string()), startedOn: z.optional(z.string()), finishedOn: z.optional(z.string()) })),
      byproducts: z.optional(z.array(descriptor)),
    }),
  }),
});

/** What is wrong with a statement; empty: nothing. */
export function checkStatement(value: unknown): readonly string[] {
  const read = z.safeParse(statement, value);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
