// State of one template that is being executed, and how its errors are located.
import { TemplateError, placeAt } from '../error.ts';
import type { TemplateErrorCode } from '../error.ts';
import { quote } from '../format/quote.ts';
import type { FunctionContext } from '../functions/context.ts';
import { Refusal, RequiredValue } from '../functions/context.ts';
import type { TemplateFunction } from '../functions/define.ts';
import type { Node, Template } from '../parse/node.ts';
import { printNode } from '../parse/print-node.ts';
import { GoPanic } from '../values/panic.ts';
import { LimitReached } from './limits.ts';
import type { Reflected } from './reflected.ts';

/** Common to all templates of one rendering. */
export interface Rendering {
  readonly templates: ReadonlyMap<string, Template>;
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly context: FunctionContext;
  /** What a missing or nil value prints as. */
  readonly noValueText: string;
}

interface Output {
  text: string;
}

interface Variable {
  readonly name: string;
  value: Reflected;
}

export interface State {
  readonly rendering: Rendering;
  readonly template: Template;
  readonly depth: number;
  readonly output: Output;
  readonly variables: Variable[];
  /** The node under evaluation: where an error is reported. */
  node: Node;
}

export function failAt(state: State, reason: string, cause?: GoPanic | TemplateError | LimitReached | Refusal, hint = hintOf(cause)): never {
  const { template, node } = state;
  const place = placeAt(template.source, node.position);
  const where = `${template.sourceName}:${place.line}:${place.column}`;
  throw new TemplateError(`template: ${where}: executing ${quote(template.name)} at <${printNode(node)}>: ${reason}`, {
    code: codeOf(cause),
    name: template.sourceName,
    ...place,
    source: template.source,
    offset: node.position,
    reason,
    hint,
    warning: cause instanceof RequiredValue ? cause.message : cause instanceof TemplateError ? cause.warning : undefined,
    cause: cause instanceof TemplateError ? cause : undefined,
  });
}

export function declareVariable(state: State, name: string, value: Reflected): void {
  state.variables.push({ name, value });
}

export function assignVariable(state: State, name: string, value: Reflected): void {
  const variable = state.variables.findLast((candidate) => candidate.name === name);
  if (variable === undefined) failAt(state, `undefined variable: ${name}`);
  variable.value = value;
}

/** The n-th variable from the top; range writes its index and element there. */
export function setTopVariable(state: State, fromTop: number, value: Reflected): void {
  const variable = state.variables.at(-fromTop);
  if (variable !== undefined) variable.value = value;
}

export function readVariable(state: State, name: string): Reflected {
  const variable = state.variables.findLast((candidate) => candidate.name === name);
  return variable === undefined ? failAt(state, `undefined variable: ${name}`) : variable.value;
}

export function write(state: State, text: string): void {
  state.output.text += text;
  stopAt(state, state.rendering.context.meter.output(state.output.text.length));
}

/** Fails when a limit was reached. */
export function stopAt(state: State, reached: LimitReached | undefined): void {
  if (reached !== undefined) failAt(state, reached.message, reached);
}

function codeOf(cause: unknown): TemplateErrorCode {
  if (cause instanceof TemplateError) return cause.code === 'parse' ? 'execute' : cause.code;
  if (cause instanceof LimitReached) return 'limit';
  return cause instanceof Refusal ? 'refused' : 'execute';
}

function hintOf(cause: unknown): string | undefined {
  if (cause instanceof TemplateError || cause instanceof Refusal || cause instanceof GoPanic) return cause.hint;
  if (cause instanceof LimitReached) return `Raise limits.${cause.limit} if the template is meant to do this much.`;
  return undefined;
}
