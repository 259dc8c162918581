// Calls of functions and methods: number of arguments, their types, and what happens when the function fails.
import { TemplateError } from '../error.ts';
import { Refusal } from '../functions/context.ts';
import { isShallowFunction } from '../functions/registry.ts';
import type { Node, OperandNode } from '../parse/node.ts';
import { GoPanic } from '../values/panic.ts';
import { isTrue } from '../values/truth.ts';
import { GoList } from '../values/value.ts';
import type { GoMethod, GoValue } from '../values/value.ts';
import { evaluateArgument, unpack, validate } from './argument.ts';
import { LimitReached, itemSize } from './limits.ts';
import { concrete, Reflected } from './reflected.ts';
import { failAt } from './state.ts';
import type { State } from './state.ts';
import { weigh } from './weigh.ts';

interface Call {
  readonly name: string;
  /** Where a failure of the function is reported: the whole command. */
  readonly node: Node;
  readonly args: readonly OperandNode[];
  readonly final: Reflected | undefined;
}

interface Signature {
  readonly parameters: readonly string[];
  readonly rest: string | undefined;
}

export function callFunction(state: State, dot: Reflected, call: Call): Reflected {
  const definition = state.rendering.functions.get(call.name);
  if (definition === undefined) return failAt(state, `"${call.name}" is not a defined function`);
  checkCount(state, call, definition);
  if (definition.shortCircuits !== undefined) return evaluateLogic(state, dot, call, definition.shortCircuits);
  const args = evaluateArguments(state, dot, call, definition).map(({ type, value }) => unpack(type, value));
  const { context } = state.rendering;
  const isShallow = isShallowFunction(call.name);
  return guarded(state, call, () => {
    if (!isShallow) for (const arg of args) weigh(arg instanceof Reflected ? arg.value : arg, context.meter);
    const result = definition.call(context, args);
    if (result instanceof Reflected) return result;
    context.meter.reserve(sizeOf(result));
    if (!isShallow) weigh(result, context.meter);
    return concrete(result);
  });
}

export function callMethod(state: State, dot: Reflected, call: Call & { readonly method: GoMethod }): Reflected {
  const signature = { parameters: call.method.parameters, rest: undefined };
  checkCount(state, call, signature);
  const args = evaluateArguments(state, dot, call, signature).map(({ value }) => value.value ?? null);
  return guarded(state, call, () => concrete(call.method.call(args)));
}

/** `and` and `or` stop at the argument that decides, without looking at the others. */
function evaluateLogic(state: State, dot: Reflected, { args, final }: Call, stopAt: boolean): Reflected {
  let value: Reflected | undefined;
  for (const node of args) {
    value = evaluateArgument(state, dot, 'reflect.Value', node);
    if (isTrue(value.value) === stopAt) return value;
  }
  if (final !== undefined) value = validate(state, final, 'reflect.Value');
  if (value === undefined) throw new Error('Internal error: the number of arguments has been checked');
  return value;
}

function checkCount(state: State, { name, args, final }: Call, { parameters, rest }: Signature): void {
  const given = args.length + (final === undefined ? 0 : 1);
  if (rest === undefined && given !== parameters.length) failAt(state, `wrong number of args for ${name}: want ${parameters.length} got ${given}`);
  if (given < parameters.length) failAt(state, `wrong number of args for ${name}: want at least ${parameters.length} got ${args.length}`);
}

function evaluateArguments(state: State, dot: Reflected, { args, final }: Call, { parameters, rest }: Signature): { readonly type: string; readonly value: Reflected }[] {
  const typeAt = (index: number): string => parameters[index] ?? rest ?? 'interface {}';
  const values = args.map((node, index) => ({ type: typeAt(index), value: evaluateArgument(state, dot, typeAt(index), node) }));
  if (final === undefined) return values;
  const type = typeAt(args.length);
  return [...values, { type, value: validate(state, final, type) }];
}

/** Runs a function; what it reports is located at the command. A bug of ours goes through as it is. */
function guarded(state: State, { name, node }: Call, run: () => Reflected): Reflected {
  try {
    return run();
  } catch (error) {
    state.node = node;
    if (error instanceof GoPanic || error instanceof TemplateError) return failAt(state, `error calling ${name}: ${error.message}`, error);
    if (error instanceof Refusal || error instanceof LimitReached) return failAt(state, `error calling ${name}: ${error.message}`, error);
    if (isStackOverflow(error)) return failAt(state, `error calling ${name}: the template nests too deeply`, new LimitReached('depth', error.message));
    throw error;
  }
}

export function isStackOverflow(error: unknown): error is RangeError {
  return error instanceof RangeError && error.message.includes('call stack');
}

function sizeOf(value: GoValue): number {
  if (typeof value === 'string') return value.length;
  return value instanceof GoList ? value.items.length * itemSize : 0;
}

