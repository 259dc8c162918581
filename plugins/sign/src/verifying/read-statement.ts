import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openEnvelope, readStatement as readStatementText, sha256OfFile, statementType, TrustError, type TrustedKey } from '@cos/trust';
import { printable, provenanceType, readProvenance, tellProvenance, type Provenance } from './provenance.ts';
import { readSmall } from './read-small.ts';

// What a signed statement of provenance beside an artifact says: in-toto Statement v1 with SLSA Provenance v1, in a DSSE envelope.

/** Statements lie beside what they are about. */
export const statementEnding = '.intoto.jsonl';

const MAX_ENVELOPE = 64 * 1024 * 1024;

export interface StatementRequest {
  /** The file that the statement has to be about. */
  readonly path: string;
  readonly shown: string;
  readonly envelope: string;
  readonly shownEnvelope: string;
  readonly keys: readonly TrustedKey[];
}

export interface SignedStatement {
  readonly key: TrustedKey;
  /** By what and from which sources, a line each. */
  readonly lines: readonly string[];
}

/** Undefined when there is no envelope, or nobody whose signature of one could count. Throws TrustError when it is not signed, damaged, or about something else. */
export async function readStatement({ path, shown, envelope, shownEnvelope, keys }: StatementRequest): Promise<SignedStatement | undefined> {
  if (keys.length === 0 || (await stat(envelope).catch(() => undefined))?.isFile() !== true) return undefined;
  const { payload, payloadType, key } = openEnvelope(await readSmall(envelope, shownEnvelope, MAX_ENVELOPE), keys, shownEnvelope);
  if (payloadType !== statementType) throw noProvenance(shownEnvelope, payloadType);
  const { subjects, predicateType, predicate } = readStatementText(payload, shownEnvelope);
  if (predicateType !== provenanceType) throw noProvenance(shownEnvelope, predicateType);
  const provenance = readProvenance(predicate, shownEnvelope);
  const found = await sha256OfFile(path);
  if (!subjects.some(({ sha256 }) => sha256 === found)) {
    throw new TrustError('invalid', `${shownEnvelope} is about another file than ${shown}.`, { expected: `sha256 ${subjects.map(({ sha256 }) => sha256 ?? 'none').join(', ')}`, found: `sha256 ${found}`, hint: 'The file was changed, or it is one of another build: do not use it.' });
  }
  return { key, lines: [...tellProvenance(provenance), ...(await tellBillsBeside(dirname(path), provenance, shownEnvelope))] };
}

function noProvenance(shownEnvelope: string, found: string): TrustError {
  return new TrustError('signature-file', `${shownEnvelope} is signed, but holds no statement of provenance.`, { expected: 'an in-toto statement with SLSA provenance 1', found });
}

/** The bills of materials that a statement names, as far as they lie beside the file. Throws TrustError `invalid` for one that is another. */
async function tellBillsBeside(folder: string, { runDetails }: Provenance, shownEnvelope: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { name, digest } of runDetails.byproducts) {
    const path = join(folder, basename(name));
    if (name !== basename(name) || (await stat(path).catch(() => undefined))?.isFile() !== true) continue;
    const found = await sha256OfFile(path);
    if (found !== digest.sha256) throw new TrustError('invalid', `${printable(name)} is not the bill of materials that ${shownEnvelope} names.`, { expected: `sha256 ${digest.sha256}`, found: `sha256 ${found}`, hint: 'It was changed, or it is one of another build: do not use it.' });
    lines.push(`bill of materials: ${printable(name)}`);
  }
  return lines;
}

/** The statement that was published with the index of a folder, or the one beside the folder, where targets leave it. */
export async function findIndexStatement(folder: string, index: string): Promise<string> {
  const published = join(folder, `sha256-${await sha256OfFile(index)}${statementEnding}`);
  return (await stat(published).catch(() => undefined))?.isFile() === true ? published : `${folder}${statementEnding}`;
}
