import type { Artifact, ArtifactKind, ArtifactRef } from './artifact.ts';
import type { BuildProvenanceKind } from './provenance.ts';

// Ports: how a stage says what it reads.

export type Arity = 'one' | 'optional' | 'many' | 'hint' | 'provenance';

export interface Port<K extends ArtifactKind = ArtifactKind, A extends Arity = Arity> {
  readonly kind: K;
  readonly arity: A;
}

/** Exactly one artifact of the kind. */
export const one = <K extends ArtifactKind>(kind: K): Port<K, 'one'> => ({ kind, arity: 'one' });
/** One artifact of the kind, or none. */
export const optional = <K extends ArtifactKind>(kind: K): Port<K, 'optional'> => ({ kind, arity: 'optional' });
/** A list of artifacts of the kind; the order counts. */
export const many = <K extends ArtifactKind>(kind: K): Port<K, 'many'> => ({ kind, arity: 'many' });
/**
 * One artifact of the kind, or none, that tells where something is to be had and not what is made: it is no part of the fingerprint, and calls of a task
 * that differ in hints alone are one call, with the hints of the first. A stage believes nothing of a hint that it cannot check.
 */
export const hint = <K extends ArtifactKind>(kind: K): Port<K, 'hint'> => ({ kind, arity: 'hint' });

/**
 * How an artifact of the kind came to be, in place of its bytes: the stage finds a `BuildProvenance`. It changes with everything that the artifact was made
 * of, also where the artifact itself comes out the same.
 */
export const provenance = <K extends ArtifactKind>(kind: K): Port<K, 'provenance'> => ({ kind, arity: 'provenance' });

export type Ports = Readonly<Record<string, Port>>;
export type Kinds = Readonly<Record<string, ArtifactKind>>;

type Keys<I extends Ports, A extends Arity> = { [K in keyof I]: I[K]['arity'] extends A ? K : never }[keyof I];

/** What a stage call is given while planning. */
export type PlanInputs<I extends Ports> = { readonly [K in Keys<I, 'one' | 'provenance'>]: ArtifactRef<I[K]['kind']> } & {
  readonly [K in Keys<I, 'optional' | 'hint'>]?: ArtifactRef<I[K]['kind']> | undefined;
} & { readonly [K in Keys<I, 'many'>]: readonly ArtifactRef<I[K]['kind']>[] };

/** What a stage finds while running. */
export type RunInputs<I extends Ports> = {
  readonly [K in keyof I]: I[K]['arity'] extends 'many'
    ? readonly Artifact<I[K]['kind']>[]
    : I[K]['arity'] extends 'provenance'
      ? Artifact<BuildProvenanceKind>
      : I[K]['arity'] extends 'optional' | 'hint'
        ? Artifact<I[K]['kind']> | undefined
        : Artifact<I[K]['kind']>;
};
