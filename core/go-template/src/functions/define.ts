// How functions are written: parameter types in Go's spelling, from which the evaluator checks and converts arguments, and an
// implementation that gets them typed. Go reports a wrong argument before the function runs, so functions never check types again.
import type { Reflected } from '../evaluate/reflected.ts';
import type { GoTime } from '../time/go-time.ts';
import type { GoList, GoMap, GoValue } from '../values/value.ts';
import type { FunctionContext } from './context.ts';

/** What an implementation receives for each parameter type. Integers arrive as numbers: none of these functions needs 64 bits. */
export interface ParameterTypes {
  'interface {}': GoValue;
  string: string;
  bool: boolean;
  int: number;
  uint32: number;
  float64: number;
  'map[string]interface {}': GoMap;
  '[]interface {}': GoList;
  'time.Time': GoTime;
  /** The evaluator's own view; only the functions that Go builds in have it. */
  'reflect.Value': Reflected;
}

export type ParameterType = keyof ParameterTypes;

export interface TemplateFunction {
  readonly parameters: readonly ParameterType[];
  /** Type of further arguments. */
  readonly rest: ParameterType | undefined;
  /** `and` and `or`: the truth at which no further argument is evaluated. Their `call` is never used. */
  readonly shortCircuits?: boolean;
  readonly call: (context: FunctionContext, args: readonly unknown[]) => GoValue | Reflected;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

type Values<P extends readonly ParameterType[]> = { [Index in keyof P]: ParameterTypes[P[Index]] };
type Result = GoValue | Reflected;

// The evaluator has checked every argument against the parameter types before; hence the casts.

/** A function of its arguments alone. */
export function fn<const P extends readonly ParameterType[]>(parameters: P, call: (...args: Values<P>) => Result): TemplateFunction {
  return define(parameters, undefined, (_context, args) => call(...(args as Values<P>)));
}

/** The same with any number of further arguments. */
export function variadic<const P extends readonly ParameterType[], R extends ParameterType>(
  parameters: P,
  rest: R,
  call: (...args: [...Values<P>, ...ParameterTypes[R][]]) => Result,
): TemplateFunction {
  return define(parameters, rest, (_context, args) => call(...(args as [...Values<P>, ...ParameterTypes[R][]])));
}

/** A function that needs the rendering: its clock, environment, templates, limits. */
export function contextual<const P extends readonly ParameterType[]>(
  parameters: P,
  call: (context: FunctionContext, ...args: Values<P>) => Result,
): TemplateFunction {
  return define(parameters, undefined, (context, args) => call(context, ...(args as Values<P>)));
}

export function contextualVariadic<const P extends readonly ParameterType[], R extends ParameterType>(
  parameters: P,
  rest: R,
  call: (context: FunctionContext, ...args: [...Values<P>, ...ParameterTypes[R][]]) => Result,
): TemplateFunction {
  return define(parameters, rest, (context, args) => call(context, ...(args as [...Values<P>, ...ParameterTypes[R][]])));
}

function define(parameters: readonly ParameterType[], rest: ParameterType | undefined, call: TemplateFunction['call']): TemplateFunction {
  return { parameters, rest, call };
}
