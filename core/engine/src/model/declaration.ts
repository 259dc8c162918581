import { callerOf } from '../errors/caller.ts';
import type { Platform } from './distribution.ts';

// What a config declares for plugins, such as a package. The engine carries it from the config to targets and commands and knows nothing of its form:
// the function that users call (`definePackage`) and the one that reads the data belong to plugins.

/** What a declaration may depend on. */
export interface DeclarationContext<V> {
  /** Of the derivative on the platform, with everything that overlays them. */
  readonly values: V;
  readonly platform: Platform;
  readonly derivative: { readonly name: string; readonly version: string };
}

/** Something of one kind that a config declares, for derivatives whose values are of type V. */
export interface Declaration<K extends string, V> {
  readonly kind: K;
  /** Its data with the values of a derivative on a platform. What it answers is checked by the plugin that reads it. */
  readonly make: (context: DeclarationContext<V>) => unknown;
  /** Where the config declares it: `file:line:column`; undefined when the engine of the language does not tell. */
  readonly declaredAt: string | undefined;
}

// `any`: a list of declarations of unknown values must accept every concrete one.
export type AnyDeclaration<K extends string = string> = Declaration<K, any>;

/** A declaration with the values of one derivative on one platform. */
export interface Declared {
  readonly data: unknown;
  readonly declaredAt: string | undefined;
}

/**
 * For the `define...` functions of plugins: makes a declaration of data, or of a function of the values. `caller` is the function that the config calls,
 * so that problems are shown at that call.
 */
export function createDeclaration<const K extends string, V = unknown>(kind: K, given: object | ((context: DeclarationContext<V>) => unknown), caller: (...args: never[]) => unknown): Declaration<K, V> {
  // A function of objects only: `given` is one of the two by its type.
  const make = typeof given === 'function' ? (given as (context: DeclarationContext<V>) => unknown) : () => given;
  return Object.freeze({ kind, make, declaredAt: callerOf(caller) });
}
