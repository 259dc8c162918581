import { createHash } from 'node:crypto';
import { asDigest, type Digest, type RepeatedRequest, type Repetition, type TaskKey } from '@cos/core';
import type { Step } from '../../src/rebuild/step.ts';

// Small statements and builds, made by hand.

export const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
export const digest = (text: string): Digest => asDigest(`sha256:${hex(text)}`);

/** `reads` and `makes`: contents. */
export function step(task: string, reads: readonly string[], makes: string, over: Partial<Step> = {}): Step {
  return { task, stageVersion: 1, options: {}, pluginOptions: {}, env: {}, platform: null, inputs: reads.map((text) => ({ port: 'in', digest: digest(text) })), outputs: [{ name: 'out', kind: 'text-file', digest: digest(makes) }], ...over };
}

export interface StatementParts {
  readonly content?: string;
  readonly steps?: readonly Step[];
  readonly sources?: Readonly<Record<string, string>>;
  readonly tools?: Readonly<Record<string, readonly string[]>>;
}

/** The statement of a file `made.txt`, as `cos run attest` writes it. */
export function statementOf({ content = 'made', steps = [step('shell.run#made', ['a'], content)], sources = { 'packages/a b': 'a' }, tools = { sh: ['1'] } }: StatementParts = {}): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'made.txt', digest: { sha256: hex(content) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:cos:build:1',
        externalParameters: { target: 'make', derivative: 'sample', version: '1', platform: 'linux/amd64', parameters: { squash: 'fast' } },
        internalParameters: { artifact: { from: 'shell.run#made:out', digest: digest(content) }, sourceDateEpoch: 7, tools, steps: steps.map((each) => ({ fingerprint: hex(each.task), ...each, inputs: each.inputs.map((input) => ({ from: 'x', ...input })) })) },
        resolvedDependencies: [...Object.entries(sources).map(([path, text]) => ({ uri: encodeURIComponent(path), digest: { cosTree: hex(text) } })), { name: 'image', digest: { sha256: hex('debian') } }],
      },
      runDetails: { builder: { id: 'urn:cos' } },
    },
  };
}

/** A second build in a workspace that has what the statement has; it makes `steps`, of which the last makes the artifact. */
export function repetitionOf({ steps = [step('shell.run#made', ['a'], 'made')], sources = { 'packages/a b': 'a' }, tools = { sh: ['1'] }, digestOf = 'made', ...more }: StatementParts & { readonly digestOf?: string } & Partial<Pick<Repetition, 'kept'>> & { readonly made?: Repetition['kept']; readonly failed?: number }): Repetition {
  const [kind, last] = ['text-file', steps.at(-1)?.outputs[0]?.digest ?? digest('')];
  return {
    sources: Object.fromEntries(Object.entries(sources).map(([path, text]) => [path, digest(text)])),
    requests: steps.map(({ task, stageVersion, options, pluginOptions, env, platform }): RepeatedRequest => ({ task: task as TaskKey, stageVersion, options, pluginOptions, env, platform })),
    sourceDateEpoch: 7,
    tools,
    digestOf: () => Promise.resolve(digest(digestOf)),
    kept: more.kept ?? (() => Promise.resolve(undefined)),
    build: () =>
      Promise.resolve(
        more.failed !== undefined
          ? { end: 'failed', exitCode: more.failed }
          : {
              end: 'built',
              made: more.made ?? (() => Promise.resolve(undefined)),
              provenance: {
                format: 1,
                artifact: { kind, digest: last, from: 'shell.run#made:out' },
                sources: {},
                steps: steps.map(({ task, stageVersion, options, pluginOptions, env, platform, inputs, outputs }) => ({
                  task: task as TaskKey,
                  fingerprint: hex(task) as never,
                  outputs: Object.fromEntries(outputs.map(({ name, ...output }) => [name, output])),
                  record: { format: 1, plugin: 'shell', stage: 'run', stageVersion, options, pluginOptions, env, platform, tools: {}, sourceDateEpoch: 7, inputs: { in: inputs.map(({ digest: read }) => ({ kind, digest: read, from: steps.find((other) => other.outputs.some((output) => output.digest === read))?.task.concat(':out') ?? 'a source' })) } },
                })),
              },
            },
      ),
  };
}
