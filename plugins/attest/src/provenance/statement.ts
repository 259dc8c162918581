import { formatSortedJson, type BuildProvenance, type Json, type JsonObject, type ProvenanceStep } from '@cos/core';
import { namedByDigest } from './named-by-digest.ts';

// Formats: in-toto Attestation Framework, Statement v1 and ResourceDescriptor v1; SLSA Provenance v1.

/** Something that a statement is about. */
export interface Subject {
  readonly name: string;
  /** SHA-256 of its bytes, 64 hex digits. */
  readonly sha256: string;
}

/** What was asked for, from which the build can be repeated. */
export interface BuildRequest {
  readonly target: string;
  readonly derivative: string;
  readonly version: string;
  readonly platform: string;
  /** Parameters of the target that differ from their defaults. */
  readonly parameters: JsonObject;
}

/** A file that was made beside what a statement is about. */
export interface Byproduct extends Subject {
  readonly mediaType: string;
}

export interface StatementRequest {
  readonly subjects: readonly Subject[];
  readonly request: BuildRequest;
  /** Bills of materials of the subjects. */
  readonly byproducts: readonly Byproduct[];
  readonly provenance: BuildProvenance;
}

/** What the external and internal parameters mean: those of docs/attestations.md. */
export const buildType = 'urn:cos:build:1';
export const predicateType = 'https://slsa.dev/provenance/v1';

/**
 * The statement, as JSON with sorted keys. It has no times and no id of the run, so that two builds of the same inputs give the same statement.
 */
export function writeStatement({ subjects, request, byproducts, provenance }: StatementRequest): string {
  const [first] = provenance.steps;
  const statement: JsonObject = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType,
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { ...request },
        internalParameters: {
          artifact: { from: provenance.artifact.from, digest: provenance.artifact.digest },
          sourceDateEpoch: first?.record.sourceDateEpoch ?? 0,
          tools: toolsOf(provenance.steps),
          steps: provenance.steps.map(stepOf),
        },
        resolvedDependencies: [...sourcesOf(provenance), ...provenance.steps.flatMap(({ task, record }) => namedByDigest(task, record.options))],
      },
      // What decides over bytes is the version of each stage, which the steps name.
      runDetails: { builder: { id: 'urn:cos' }, ...(byproducts.length === 0 ? {} : { byproducts: byproducts.map(({ name, sha256, mediaType }) => ({ name, digest: { sha256 }, mediaType })) }) },
    },
  };
  return `${formatSortedJson(statement, 1)}\n`;
}

/** Files and folders of the workspace. Their digest is of names, types, executable bits and contents together: no SHA-256 of one file. */
function sourcesOf({ sources }: BuildProvenance): readonly Json[] {
  return Object.entries(sources)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => ({ uri: path.split('/').map(encodeURIComponent).join('/'), digest: { cosTree: digest.slice('sha256:'.length) } }));
}

/** Each tool with all versions that were in use: one, where all ran on one host. */
function toolsOf(steps: readonly ProvenanceStep[]): JsonObject {
  const versions = new Map<string, Set<string>>();
  for (const { record } of steps) for (const [name, version] of Object.entries(record.tools)) versions.set(name, (versions.get(name) ?? new Set()).add(version));
  return Object.fromEntries([...versions].map(([name, all]) => [name, [...all].sort()]));
}

function stepOf({ task, fingerprint, record, outputs }: ProvenanceStep): Json {
  const { stageVersion, options, pluginOptions, env, platform } = record;
  return {
    task,
    fingerprint,
    stageVersion,
    options,
    pluginOptions,
    env,
    platform,
    inputs: Object.entries(record.inputs).flatMap(([port, inputs]) => inputs.map(({ from, digest }) => ({ port, from, digest }))),
    outputs: Object.entries(outputs)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { kind, digest }]) => ({ name, kind, digest })),
  };
}
