import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { openEnvelope, statementType, TrustError, type TrustedKey } from '@cos/trust';
import * as z from 'zod/mini';
import { readSmall } from './read-small.ts';

// What a signed statement of provenance beside an artifact says: in-toto Statement v1 with SLSA Provenance v1, in a DSSE envelope.

const MAX_ENVELOPE = 64 * 1024 * 1024;

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const text = z.catch(z.string(), '');

const form = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.optional(sha256) }) })).check(z.minLength(1)),
  predicateType: z.literal('https://slsa.dev/provenance/v1'),
  predicate: z.object({
    buildDefinition: z.object({
      externalParameters: z.catch(z.object({ target: text, derivative: text, version: text, platform: text }), { target: '', derivative: '', version: '', platform: '' }),
      resolvedDependencies: z._default(z.array(z.object({ uri: z.optional(z.string()) })), []),
    }),
    runDetails: z.object({ builder: z.object({ id: z.string() }) }),
  }),
});

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
  const read = payloadType === statementType ? z.safeParse(form, parse(Buffer.from(payload).toString('utf8'))) : undefined;
  if (read?.success !== true) {
    throw new TrustError('signature-file', `${shownEnvelope} is signed, but holds no statement of provenance.`, {
      expected: 'an in-toto statement with SLSA provenance 1',
      found: read === undefined ? payloadType : 'another object',
      notes: (read?.error?.issues ?? []).slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    });
  }
  const { subject, predicate } = read.data;
  const found = await digestOf(path);
  if (!subject.some(({ digest }) => digest.sha256 === found)) {
    throw new TrustError('invalid', `${shownEnvelope} is about another file than ${shown}.`, { expected: `sha256 ${subject.map(({ digest }) => digest.sha256 ?? 'none').join(', ')}`, found: `sha256 ${found}`, hint: 'The file was changed, or it is one of another build: do not use it.' });
  }
  return { key, lines: linesOf(predicate) };
}

function linesOf({ buildDefinition, runDetails }: z.output<typeof form>['predicate']): readonly string[] {
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
function printable(value: string): string {
  return /^[\w@%+=:,./~ -]{0,200}$/.test(value) ? value : JSON.stringify(value.slice(0, 200));
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // Refused as any other text that is no statement.
    return undefined;
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) if (chunk instanceof Uint8Array) hash.update(chunk);
  return hash.digest('hex');
}
