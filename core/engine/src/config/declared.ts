import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { at } from '../errors/place.ts';
import { throwingPlace } from '../errors/throwing-place.ts';
import type { AnyDeclaration, DeclarationContext, Declared } from '../model/declaration.ts';
import type { JsonObject } from '../model/json.ts';
import { isObject } from './shape.ts';

/** What the config's own functions make of the values of a derivative on a platform. One that throws is reported and left out. */
export function makeDeclared(declarations: readonly AnyDeclaration[], context: DeclarationContext<JsonObject>, report: (diagnostic: Diagnostic) => void): readonly Declared[] {
  return declarations.flatMap((declaration): readonly Declared[] => {
    const { kind, declaredAt } = declaration;
    try {
      return [Object.freeze({ data: declaration.make(context), declaredAt })];
    } catch (error) {
      const expected = diagnosticsOf(error);
      for (const diagnostic of expected ?? []) report(diagnostic);
      if (expected === undefined) report(explainThrow(kind, declaredAt, error));
      return [];
    }
  });
}

function explainThrow(kind: string, site: string | undefined, error: unknown): Diagnostic {
  const place = throwingPlace(error);
  return {
    code: 'COS_CONFIG_DECLARATION',
    severity: 'error',
    message: `The function of a ${kind} that the config declares threw ${error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error)}`,
    ...(place === undefined ? at(site) : { place }),
  };
}

/** Made by a `define...` function of a plugin, of a certain kind. */
export function isDeclaration<const K extends string>(value: unknown, kind: K): value is AnyDeclaration<K> {
  return isObject(value) && value['kind'] === kind && typeof value['make'] === 'function';
}
