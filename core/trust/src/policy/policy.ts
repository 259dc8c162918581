import { trustedKey, type TrustedKey } from '../keys/trusted-key.ts';

/** What must be signed, and what happens where it is not. */
export interface Policy {
  /** `enforce`: what does not verify is not used. `warn`: it is told and used. `off`: nothing is looked at. */
  readonly mode: 'enforce' | 'warn' | 'off';
  /** Whose signatures count; one of them is enough. At least one, unless the mode is `off`. */
  readonly keys: readonly TrustedKey[];
  /** Name that it must be signed for, where that is not its own: of images a repository, of a repository in files its name. */
  readonly identity?: string;
  /** Where signatures of images are kept, where that is not their own repository. */
  readonly signatures?: string;
  /** How old, in days, the index of a repository may be. Default: any age. */
  readonly maxAgeDays?: number;
}

/** A policy with what it is for. */
export interface NamedPolicy extends Policy {
  /** A name or a place; `*` stands for any text. */
  readonly match: string;
}

/** A policy as a config writes it. */
export interface GivenPolicy {
  readonly match: string;
  readonly mode: Policy['mode'];
  /** Texts of public keys, in PEM. */
  readonly keys: readonly string[];
  readonly identity?: string | undefined;
  readonly signatures?: string | undefined;
  readonly maxAgeDays?: number | undefined;
}

/** Throws TrustError `key`. */
export function policyOf({ match, mode, keys, identity, signatures, maxAgeDays }: GivenPolicy): NamedPolicy {
  return {
    match,
    mode,
    keys: keys.map((pem, index) => trustedKey(pem, keys.length === 1 ? `the key for ${match}` : `key ${index + 1} for ${match}`)),
    ...(identity === undefined ? {} : { identity }),
    ...(signatures === undefined ? {} : { signatures }),
    ...(maxAgeDays === undefined ? {} : { maxAgeDays }),
  };
}

/** The first policy that one of the names matches. Undefined: nobody says anything of it. */
export function findPolicy(policies: readonly NamedPolicy[], names: readonly string[]): NamedPolicy | undefined {
  return policies.find(({ match }) => names.some((name) => matches(match, name)));
}

/** `*` stands for any text, also with slashes; everything else for itself. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
