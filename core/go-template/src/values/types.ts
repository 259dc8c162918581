// Names of types and kinds as `typeOf`, `kindOf` and `%T` print them.
import { GoComplex, GoInt, GoList, GoMap } from './value.ts';
import type { GoValue, IntType } from './value.ts';

export type Kind =
  | 'invalid' | 'bool' | 'string' | 'float64' | 'complex128' | 'slice' | 'map' | 'struct' | 'ptr'
  | 'int' | 'int64' | 'uint64' | 'uint8' | 'int32' | 'uint32';

export function typeOf(value: GoValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float64';
  if (value instanceof GoInt) return value.type;
  if (value instanceof GoComplex) return 'complex128';
  if (value instanceof GoList) return `[]${value.element}`;
  if (value instanceof GoMap) return `map[${value.key}]${value.element}`;
  return value.typeName;
}

export function kindOf(value: GoValue): Kind {
  if (value === null) return 'invalid';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'float64';
  if (value instanceof GoInt) return intKind(value.type);
  if (value instanceof GoComplex) return 'complex128';
  if (value instanceof GoList) return 'slice';
  if (value instanceof GoMap) return 'map';
  return value.kind;
}

export function isUnsigned(value: GoInt): boolean {
  return value.type.startsWith('uint');
}

function intKind(type: IntType): Kind {
  if (type === 'time.Duration') return 'int64';
  return type === 'time.Month' || type === 'time.Weekday' ? 'int' : type;
}
