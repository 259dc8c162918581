// `.a.b`: keys of maps, methods and fields of objects.
import { GoInt, GoMap, GoObject } from '../values/value.ts';
import type { GoMethod, GoValue } from '../values/value.ts';
import type { Node, OperandNode } from '../parse/node.ts';
import { methodOfInt } from '../time/int-methods.ts';
import { callMethod } from './call.ts';
import { concrete, elementOf, nilInterface, noValue, staticType } from './reflected.ts';
import type { Reflected } from './reflected.ts';
import { failAt } from './state.ts';
import type { State } from './state.ts';

export interface FieldAccess {
  readonly receiver: Reflected;
  readonly node: Node;
  readonly names: readonly string[];
  /** For a method, which is then the last name. */
  readonly args: readonly OperandNode[];
  readonly final: Reflected | undefined;
}

export function evaluateFields(state: State, dot: Reflected, access: FieldAccess): Reflected {
  let { receiver } = access;
  const last = access.names.length - 1;
  for (const [index, name] of access.names.entries()) {
    const own = index === last ? access : { ...access, args: [], final: undefined };
    receiver = evaluateOne(state, dot, name, receiver, own);
  }
  return receiver;
}

function evaluateOne(state: State, dot: Reflected, name: string, receiver: Reflected, access: FieldAccess): Reflected {
  const { value } = receiver;
  // No value at all has every field; that is how `$x.y` works on a variable that holds nil.
  if (value === undefined) return noValue;
  if (value === null) {
    const hint = `What stands before .${name} is missing or null. Test it first ({{ if … }} or {{ and … }}), or give it a value.`;
    return failAt(state, `nil pointer evaluating ${staticType(receiver)}.${name}`, undefined, hint);
  }
  const method = findMethod(value, name);
  if (method !== undefined) return callMethod(state, dot, { ...access, name, method });
  const hasArguments = access.args.length > 0 || access.final !== undefined;
  if (value instanceof GoMap) {
    if (hasArguments) failAt(state, `${name} is not a method but has arguments`);
    const found = value.get(name);
    if (found !== undefined) return elementOf(value.element, found);
    return value.element === 'string' ? concrete('') : nilInterface;
  }
  const field = value instanceof GoObject ? value.field(name) : undefined;
  if (field !== undefined) return hasArguments ? failAt(state, `${name} has arguments but cannot be invoked as function`) : concrete(field);
  return failAt(state, `can't evaluate field ${name} in type ${staticType(receiver)}`);
}

function findMethod(value: GoValue, name: string): GoMethod | undefined {
  if (value instanceof GoObject) return value.method(name);
  return value instanceof GoInt ? methodOfInt(value, name) : undefined;
}
