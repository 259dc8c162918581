import { createDeclaration, type Declaration, type DeclarationContext, type Distribution, type Values } from '@cos/core';
import type { PackageObject, ReferenceInput } from '@cos/luet';

/** A package that the config declares, for derivatives whose values are of type V. It may stand wherever another package names it. */
export type PackageDeclaration<V = Values> = Declaration<'package', V>;

/**
 * What `definePackage` takes: definition.yaml, build.yaml and finalize.yaml as one object. Any declared package may be named, whatever its values: whether
 * it fits a derivative shows where the derivative lists it.
 */
export type PackageInput = PackageObject<ReferenceInput | PackageDeclaration<never>>;

/** What a package may depend on: the values of the derivative on a platform, with everything that overlays them. */
export type PackageInputContext<D extends Distribution = Distribution<string, Values>> = DeclarationContext<D['values']>;

/**
 * Declares an OS package in the config, beside those of trees. List it under `packages` of the derivatives that have it. With a function, the package may
 * depend on the values: `definePackage<typeof debian>(({ values, platform }) => ({ ... }))`; it fits derivatives of that distribution only.
 */
export function definePackage<D extends Distribution = Distribution<string, Values>>(
  given: PackageInput | ((context: PackageInputContext<D>) => PackageInput),
): PackageDeclaration<D['values']> {
  const make = (context: PackageInputContext<D>): unknown => (typeof given === 'function' ? given(context) : given);
  const declaration = createDeclaration<'package', D['values']>('package', (context) => nameDeclared(make(context), context), definePackage);
  // Whoever asks has the values of the same derivative.
  inputs.set(declaration, (context) => make(context as PackageInputContext<D>));
  return declaration;
}

/** What packages are made of before those that they name are: two may name each other. */
const inputs = new WeakMap<object, (context: unknown) => unknown>();

/** The data with the names of packages in the place of their declarations. */
function nameDeclared<V>(value: unknown, context: DeclarationContext<V>, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (isDeclaration<V>(value)) return identityOf((inputs.get(value) ?? value.make)(context));
  if (Array.isArray(value)) return value.map((item: unknown) => nameDeclared(item, context, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => [key, nameDeclared(item, context, depth + 1)]));
}

function isDeclaration<V>(value: object): value is Declaration<'package', V> {
  return 'kind' in value && value.kind === 'package' && 'make' in value && typeof value.make === 'function';
}

function identityOf(data: unknown): Readonly<Record<string, unknown>> {
  const fields = typeof data === 'object' && data !== null ? { ...data } : {};
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key === 'category' || key === 'name' || key === 'version'));
}

/** Deeper than any package; what is nested without end is refused by its reader. */
const MAX_DEPTH = 20;
