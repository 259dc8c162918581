import { readFile, stat } from 'node:fs/promises';
import { asDigest, isDigest, sentenceOf, type Digest, type Json, type JsonObject } from '@cos/core';
import { openEnvelope, readEnvelope, statementType, trustedKey, TrustError, type TrustedKey } from '@cos/trust';
import * as z from 'zod/mini';
import { fail } from '../errors.ts';
import { buildType, predicateType } from '../provenance/statement.ts';
import type { Step } from './step.ts';

// Statements as `writeStatement` makes them, plain or in a DSSE envelope. They come from elsewhere, so every field is checked.

const MAX_STATEMENT = 256 * 1024 * 1024;

const digest = z.string().check(z.refine(isDigest, 'expected sha256: and 64 hex digits'));
const object = z.record(z.string(), z.json());

const form = z.object({
  _type: z.literal('https://in-toto.io/Statement/v1'),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.optional(z.string()) }) })).check(z.minLength(1)),
  predicateType: z.literal(predicateType),
  predicate: z.object({
    buildDefinition: z.object({
      buildType: z.literal(buildType),
      externalParameters: z.object({ target: z.string().check(z.minLength(1)), derivative: z.string().check(z.minLength(1)), platform: z.string().check(z.minLength(1)), parameters: z._default(object, {}) }),
      internalParameters: z.object({
        artifact: z.object({ from: z.string(), digest }),
        sourceDateEpoch: z.number(),
        tools: z.record(z.string(), z.array(z.string())),
        steps: z
          .array(
            z.object({
              task: z.string(),
              stageVersion: z.number(),
              options: object,
              pluginOptions: object,
              env: z.record(z.string(), z.nullable(z.string())),
              platform: z.nullable(z.string()),
              inputs: z.array(z.object({ port: z.string(), digest })),
              outputs: z.array(z.object({ name: z.string(), kind: z.string(), digest })),
            }),
          )
          .check(z.minLength(1)),
      }),
      resolvedDependencies: z.array(z.object({ uri: z.optional(z.string()), digest: z.object({ cosTree: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))) }) })),
    }),
  }),
});

export interface Statement {
  /** How messages name the file. */
  readonly shown: string;
  /** Who has signed it; undefined: nobody's signature was looked at. */
  readonly signedBy: string | undefined;
  /** SHA-256 of what it is about, 64 hex digits each. */
  readonly subjects: readonly string[];
  readonly request: { readonly target: string; readonly derivative: string; readonly platform: string; readonly parameters: JsonObject };
  /** `from`: `task:output`. */
  readonly artifact: { readonly from: string; readonly digest: Digest };
  readonly sourceDateEpoch: number;
  readonly tools: Readonly<Record<string, readonly string[]>>;
  readonly steps: readonly Step[];
  /** By workspace path. */
  readonly sources: Readonly<Record<string, Digest>>;
}

export interface StatementRequest {
  /** The artifact, absolute. */
  readonly path: string;
  /** The statement, absolute; undefined: one of those that lie beside the artifact. */
  readonly given: string | undefined;
  /** Files of public keys, absolute; one of them must have signed. None: signatures are not looked at. */
  readonly keys: readonly string[];
  readonly show: (path: string) => string;
}

/** Throws COS_ATTEST_NO_STATEMENT, COS_ATTEST_SIGNATURE and COS_ATTEST_STATEMENT. */
export async function readStatement({ path, given, keys, show }: StatementRequest): Promise<Statement> {
  const file = given ?? (await findStatement(path, keys.length > 0, show));
  const shown = show(file);
  const text = await readText(file, shown);
  const trusted = await Promise.all(keys.map(async (key) => readKey(key, show(key))));
  const { payload, signedBy } = open(text, shown, trusted);
  return { ...understand(payload, shown), shown, signedBy };
}

async function findStatement(path: string, isSigned: boolean, show: (path: string) => string): Promise<string> {
  const candidates = [...(isSigned ? [] : [`${path}.provenance.json`]), `${path}.intoto.jsonl`];
  for (const candidate of candidates) if ((await stat(candidate).catch(() => undefined))?.isFile() === true) return candidate;
  return fail('COS_ATTEST_NO_STATEMENT', `Expected a ${isSigned ? 'signed ' : ''}statement of how ${show(path)} was built at ${candidates.map(show).join(' or ')}; it is not there.`, {
    hint: isSigned ? '`cos run sign` makes signed statements. Name one that lies elsewhere with --provenance.' : '`cos run attest` and `cos run sign` make statements. Name one that lies elsewhere with --provenance.',
  });
}

async function readText(file: string, shown: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_STATEMENT) fail('COS_ATTEST_STATEMENT', `Expected a statement of at most ${MAX_STATEMENT} bytes; ${shown} has ${size}.`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    return fail('COS_ATTEST_NO_STATEMENT', `Expected a statement at ${shown}; it cannot be read (${String(cause.code)}).`, { cause });
  }
}

async function readKey(file: string, shown: string): Promise<TrustedKey> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => fail('COS_ATTEST_SIGNATURE', `Expected a public key at ${shown}; it cannot be read.`, { cause }));
  return explaining(() => trustedKey(text, shown));
}

/** The statement in what was read, which may be an envelope. */
function open(text: string, shown: string, keys: readonly TrustedKey[]): { readonly payload: string; readonly signedBy: string | undefined } {
  if (keys.length > 0) {
    const { payload, payloadType, key } = explaining(() => openEnvelope(text, keys, shown));
    return { payload: textOf(payload, payloadType, shown), signedBy: key.name };
  }
  const value = parse(text, shown);
  if (typeof value !== 'object' || value === null || !('payload' in value)) return { payload: text, signedBy: undefined };
  const { payload, payloadType } = explaining(() => readEnvelope(text, shown));
  return { payload: textOf(payload, payloadType, shown), signedBy: undefined };
}

function textOf(payload: Uint8Array, payloadType: string, shown: string): string {
  if (payloadType !== statementType) fail('COS_ATTEST_STATEMENT', `Expected ${statementType} in the envelope ${shown}; found ${JSON.stringify(payloadType.slice(0, 200))}.`);
  return Buffer.from(payload).toString('utf8');
}

function explaining<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    return fail('COS_ATTEST_SIGNATURE', sentenceOf(error), { notes: error.notes.map((message) => ({ message })), ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
  }
}

function understand(payload: string, shown: string): Omit<Statement, 'shown' | 'signedBy'> {
  const read = z.safeParse(form, parse(payload, shown));
  if (!read.success) {
    return fail('COS_ATTEST_STATEMENT', `Expected a statement of provenance that cos has written; ${shown} is none.`, {
      notes: read.error.issues.slice(0, 10).map(({ path, message }) => ({ message: `${path.join('.') || 'the whole'}: ${message}` })),
      hint: 'Statements of other programs do not say how to build again. Was it made by an older or newer cos, or changed?',
    });
  }
  const { subject, predicate } = read.data;
  const { externalParameters, internalParameters, resolvedDependencies } = predicate.buildDefinition;
  const { artifact, sourceDateEpoch, tools, steps } = internalParameters;
  return {
    subjects: subject.flatMap(({ digest: { sha256 } }) => (sha256 === undefined ? [] : [sha256])),
    request: externalParameters,
    artifact: { from: artifact.from, digest: asDigest(artifact.digest) },
    sourceDateEpoch,
    tools,
    steps: steps.map((step) => ({ ...step, inputs: step.inputs.map((input) => ({ ...input, digest: asDigest(input.digest) })), outputs: step.outputs.map((output) => ({ ...output, digest: asDigest(output.digest) })) })),
    sources: Object.fromEntries(resolvedDependencies.flatMap(({ uri, digest: { cosTree } }) => (uri === undefined || cosTree === undefined ? [] : [[decode(uri, shown), asDigest(`sha256:${cosTree}`)] as const]))),
  };
}

function decode(uri: string, shown: string): string {
  try {
    return decodeURIComponent(uri);
  } catch (cause) {
    return fail('COS_ATTEST_STATEMENT', `Expected the path of a source in ${shown}; found ${JSON.stringify(uri.slice(0, 200))}.`, { cause });
  }
}

function parse(text: string, shown: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(cause instanceof Error ? cause.message : '') ?? [];
    return fail('COS_ATTEST_STATEMENT', `Expected a statement in JSON; ${shown} is none.`, { ...(line === undefined || column === undefined ? {} : { place: { file: shown, line: Number(line), column: Number(column) } }), hint: 'It is cut off or was changed: get it again, or build it with `cos run attest`.', cause });
  }
}
