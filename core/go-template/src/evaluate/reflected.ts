// A value as Go's reflection sees it: what a field of a map gives is "an interface that holds x", which differs from x in messages, and
// a missing field ("an interface that holds nil") differs from no value at all. Both rules decide which templates fail.
import { typeOf } from '../values/types.ts';

import type { GoValue } from '../values/value.ts';

export class Reflected {
  /** `undefined`: no value at all (Go's zero reflect.Value). */
  readonly value: GoValue | undefined;
  /** Static type `interface {}`. */
  readonly isInterface: boolean;
  constructor(value: GoValue | undefined, isInterface: boolean) {
    this.value = value;
    this.isInterface = isInterface;
  }
}

export const noValue = new Reflected(undefined, false);
export const nilInterface = new Reflected(null, true);

/** What a function returns, or a constant. */
export function concrete(value: GoValue): Reflected {
  return value === null ? nilInterface : new Reflected(value, false);
}

/** An element of a list or map with elements of type `interface {}`. */
function inInterface(value: GoValue): Reflected {
  return value === null ? nilInterface : new Reflected(value, true);
}

/** What a pipeline gives: the content of an interface, and no value for a nil one. */
export function unwrap(reflected: Reflected): Reflected {
  if (!reflected.isInterface) return reflected;
  return reflected.value === null ? noValue : new Reflected(reflected.value, false);
}

export function elementOf(element: string, value: GoValue): Reflected {
  return element === 'interface {}' ? inInterface(value) : concrete(value);
}


export function staticType(reflected: Reflected): string {
  return reflected.isInterface ? 'interface {}' : typeOf(reflected.value ?? null);
}
