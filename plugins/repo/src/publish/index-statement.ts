import { CosError } from '@cos/core';
import { sealEnvelope, statementType } from '@cos/trust';
import * as z from 'zod/mini';
import { problem } from '../problem.ts';
import type { IndexSigner } from './index-signer.ts';

const form = z.looseObject({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.looseObject({ name: z.string() })).check(z.minLength(1)),
  predicateType: z.string(),
  predicate: z.looseObject({ buildDefinition: z.looseObject({ resolvedDependencies: z._default(z.array(z.json()), []) }) }),
});

export interface IndexStatementRequest {
  /** A statement of how the packages that are added came to be: in-toto with SLSA provenance, unsigned. */
  readonly statement: string;
  /** Name of what it is about; undefined: that of the statement. */
  readonly name: string | undefined;
  /** Of the index as it is published, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Of the index on top of which it is published, which has a statement of its own; undefined: of none. */
  readonly before: string | undefined;
  readonly signer: IndexSigner;
}

/**
 * The signed statement about an index: what was added came to be in these steps, and the rest is that of the index before. What an index is, and so its digest,
 * is known at the moment of publishing alone. Throws COS_REPO_STATEMENT.
 */
export function sealIndexStatement({ statement, name, sha256, before, signer }: IndexStatementRequest): string {
  const { subject, predicate, ...rest } = readForm(statement);
  const { buildDefinition, ...others } = predicate;
  const dependencies = [...(before === undefined ? [] : [{ name: 'the index that is published before', digest: { sha256: before } }]), ...buildDefinition.resolvedDependencies];
  const about = { ...rest, subject: [{ name: name ?? subject[0]?.name ?? '', digest: { sha256 } }], predicate: { ...others, buildDefinition: { ...buildDefinition, resolvedDependencies: dependencies } } };
  return sealEnvelope(Buffer.from(`${JSON.stringify(about, undefined, 1)}\n`), statementType, signer.key);
}

function readForm(text: string): z.output<typeof form> {
  const read = z.safeParse(form, parse(text));
  if (read.success) return read.data;
  const notes = read.error.issues.slice(0, 5).map(({ path, message }) => ({ message: `${path.join('.')}: ${message}` }));
  throw new CosError({ ...problem('COS_REPO_STATEMENT', 'Expected an in-toto statement with SLSA provenance as the input "statement"; found something else.', 'Give the output of attest.repositoryProvenance.'), notes });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Refused as any other text that is no statement.
    return undefined;
  }
}
