import { createHash } from 'node:crypto';
import { CosError, sentenceOf } from '@cos/core';
import type { Descriptor, Registry } from '@cos/registry';
import { attach, attachStatement, openEnvelope, readStatement, TrustError, type TrustedKey } from '@cos/trust';
import * as z from 'zod/mini';
import { problem } from '../problem.ts';

/** What is attached to an image that is pushed. */
export interface ImageAttachments {
  /** The text of a signed statement about it. */
  readonly statement: string;
  /** Files that the statement names by digest: bills of materials. */
  readonly bills: readonly Uint8Array[];
  /** Whose signature the statement has. */
  readonly key: TrustedKey;
}

export interface AttachToImageRequest {
  readonly registry: Registry;
  /** Where it is kept, `host/path`. */
  readonly repository: string;
  readonly subject: Descriptor;
  readonly attachments: ImageAttachments;
  readonly signal: AbortSignal;
}

const form = z.object({ runDetails: z.object({ byproducts: z._default(z.array(z.object({ name: z.string(), mediaType: z.string(), digest: z.object({ sha256: z.string() }) })), []) }) });

/** Attaches bills first: the statement never names one that is not there yet. What is there already stays as it is. Throws COS_REPO_STATEMENT. */
export async function attachToImage(request: AttachToImageRequest): Promise<void> {
  try {
    await attachAll(request);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new CosError(problem('COS_REPO_STATEMENT', sentenceOf(error), error.hint ?? 'Give a statement that the owner of the public key has signed.'), { cause: error });
  }
}

async function attachAll({ registry, repository, subject, attachments, signal }: AttachToImageRequest): Promise<void> {
  const { statement, bills, key } = attachments;
  const named = new Map(billsOf(statement, key).map((bill) => [bill.digest.sha256, bill]));
  const place = { registry, repository, digest: subject.digest, signal };
  for (const bytes of bills) {
    const bill = named.get(createHash('sha256').update(bytes).digest('hex'));
    // What nobody signs would count for nothing.
    if (bill === undefined) throw new CosError(problem('COS_REPO_STATEMENT', 'Expected bills that the statement names by their digests; found another one.', 'Give the bill to the stage that makes the statement as well.'));
    await attach(place, subject, { type: bill.mediaType, bytes, title: bill.name });
  }
  await attachStatement({ ...place, subject, envelope: statement, key });
}

function billsOf(envelope: string, key: TrustedKey): z.output<typeof form>['runDetails']['byproducts'] {
  const where = 'the statement that is to be attached';
  const read = z.safeParse(form, readStatement(openEnvelope(envelope, [key], where).payload, where).predicate);
  return read.success ? read.data.runDetails.byproducts : [];
}
