import { listAttached, readAttached, readImageStatements, TrustError, type Attached, type ImageStatementsRequest } from '@cos/trust';
import * as z from 'zod/mini';
import { printable, provenanceType, readProvenance, tellProvenance, type Provenance } from './provenance.ts';

// What is attached to an image: statements, and the bills of materials that they name.

/** What a trusted signer says of an image. */
export interface ToldStatements {
  /** Whose statement says how it came to be; undefined: nobody whose signature counts says so. */
  readonly madeBy: string | undefined;
  /** A line each. */
  readonly lines: readonly string[];
}

const billTypes = ['application/spdx+json', 'application/vnd.cyclonedx+json'];

/** Throws TrustError for what names a trusted key and is not signed by it, what is about something else, and bills that are not those of the statement. */
export async function tellStatements(request: ImageStatementsRequest): Promise<ToldStatements> {
  const { signed, foreign } = await readImageStatements(request);
  const lines: string[] = [];
  const bills: Bill[] = [];
  let madeBy: string | undefined;
  for (const { key, name, predicateType, predicate } of signed) {
    if (predicateType !== provenanceType) {
      lines.push(`the owner of ${key.name} states ${printable(predicateType)} of it`);
      continue;
    }
    const provenance = readProvenance(predicate, name);
    madeBy ??= key.name;
    lines.push(...tellProvenance(provenance));
    bills.push(...provenance.runDetails.byproducts);
  }
  const others = foreign.map(({ name }) => `does not count: ${name}, a statement that somebody else has signed`);
  return { madeBy, lines: [...lines, ...(await tellBills(request, bills)), ...others] };
}

type Bill = Provenance['runDetails']['byproducts'][number];

async function tellBills(request: ImageStatementsRequest, named: readonly Bill[]): Promise<readonly string[]> {
  const attached = await listAttached(request, billTypes);
  const byDigest = new Map(named.map((bill) => [`sha256:${bill.digest.sha256}`, bill]));
  const lines: string[] = [];
  for (const [digest, { name, mediaType }] of byDigest) {
    const there = attached.find(({ content }) => content.digest === digest);
    lines.push(`bill of materials: ${printable(name)}, ${there === undefined ? `${printable(mediaType)} ${digest}, which is not attached` : `${sizeOf(await readAttached(request, there))} ${digest}`}`);
  }
  for (const one of attached.filter(({ content }) => !byDigest.has(content.digest))) {
    const replaced = named.find(({ name }) => name === one.title);
    if (replaced !== undefined) throw replacedBill(one, replaced);
    lines.push(`does not count: ${one.name}, a bill of materials that no signed statement names`);
  }
  return lines;
}

function replacedBill({ name, content }: Attached, bill: Bill): TrustError {
  return new TrustError('invalid', `${name} is not the bill of materials ${printable(bill.name)} of the signed statement.`, { expected: `sha256:${bill.digest.sha256}`, found: content.digest, hint: 'It was changed, or it is one of another build: do not use it.' });
}

const spdx = z.object({ spdxVersion: z.string(), packages: z.array(z.unknown()) });
const cyclonedx = z.object({ bomFormat: z.literal('CycloneDX'), specVersion: z.string(), components: z.array(z.unknown()) });

/** Its format, and how much it lists. */
function sizeOf(bytes: Uint8Array): string {
  const content = parse(bytes);
  const asSpdx = z.safeParse(spdx, content);
  // The first one is what the bill is of.
  if (asSpdx.success) return `${printable(asSpdx.data.spdxVersion)} of ${asSpdx.data.packages.length - 1},`;
  const asCyclonedx = z.safeParse(cyclonedx, content);
  return asCyclonedx.success ? `CycloneDX-${printable(asCyclonedx.data.specVersion)} of ${asCyclonedx.data.components.length},` : 'in another format,';
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Told as another format.
    return undefined;
  }
}
