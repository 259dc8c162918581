// Execution of statements. Variables live until the end of their block; a template call sees none of its caller's.
import { unreachable } from '../unreachable.ts';
import { printPlain, sprint } from '../format/print.ts';
import { quote } from '../format/quote.ts';
import type { BranchNode, ListNode, StatementNode, TemplateNode } from '../parse/node.ts';
import { sortedEntries } from '../values/sort-entries.ts';
import { isTrue } from '../values/truth.ts';
import { GoList, GoMap, goInt } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { isStackOverflow } from './call.ts';
import { LimitReached } from './limits.ts';
import { concrete, elementOf, noValue } from './reflected.ts';
import type { Reflected } from './reflected.ts';
import { evaluatePipeline } from './pipeline.ts';
import { assignVariable, failAt, setTopVariable, stopAt, write } from './state.ts';
import type { State } from './state.ts';
import { weigh } from './weigh.ts';

/** How a list of statements ended. */
type Flow = 'next' | 'break' | 'continue';

export function walkList(state: State, dot: Reflected, list: ListNode): Flow {
  for (const node of list.nodes) {
    const flow = walkStatement(state, dot, node);
    if (flow !== 'next') return flow;
  }
  return 'next';
}

function walkStatement(state: State, dot: Reflected, node: StatementNode): Flow {
  state.node = node;
  stopAt(state, state.rendering.context.meter.step());
  switch (node.type) {
    case 'text':
      write(state, node.text);
      return 'next';
    case 'action': {
      const value = evaluatePipeline(state, dot, node.pipe);
      if (node.pipe.variables.length === 0) printValue(state, node, value);
      return 'next';
    }
    case 'if':
    case 'with':
      return walkConditional(state, dot, node);
    case 'range':
      return walkRange(state, dot, node);
    case 'template':
      walkTemplate(state, dot, node);
      return 'next';
    case 'break':
    case 'continue':
      return node.type;
  }
  return unreachable(node);
}

function printValue(state: State, node: StatementNode, { value }: Reflected): void {
  state.node = node;
  write(state, value === undefined ? state.rendering.noValueText : printed(state, value));
}

function printed(state: State, value: GoValue): string {
  try {
    weigh(value, state.rendering.context.meter);
    return sprint([value]);
  } catch (error) {
    if (error instanceof LimitReached) return failAt(state, 'the value is too large, or contains itself', error);
    if (isStackOverflow(error)) return failAt(state, 'the value nests too deeply', new LimitReached('depth', error.message));
    throw error;
  }
}

function walkConditional(state: State, dot: Reflected, node: BranchNode): Flow {
  const scope = state.variables.length;
  const value = evaluatePipeline(state, dot, node.pipe);
  let flow: Flow = 'next';
  if (isTrue(value.value)) flow = walkList(state, node.type === 'with' ? value : dot, node.body);
  else if (node.otherwise !== undefined) flow = walkList(state, dot, node.otherwise);
  state.variables.length = scope;
  return flow;
}

function walkRange(state: State, dot: Reflected, node: BranchNode): Flow {
  const scope = state.variables.length;
  const { value } = evaluatePipeline(state, dot, node.pipe);
  const elements = listElements(state, value);
  const inner = state.variables.length;
  let flow: Flow = 'next';
  for (const [index, element] of elements) {
    setRangeVariables(state, node, index, element);
    const ended = walkList(state, element, node.body);
    state.variables.length = inner;
    if (ended === 'break') break;
  }
  // In the else part `continue` is for the loop around; `break` ends this one, which is over anyway.
  if (elements.length === 0 && node.otherwise !== undefined && walkList(state, dot, node.otherwise) === 'continue') flow = 'continue';
  state.variables.length = scope;
  return flow;
}

function listElements(state: State, value: Reflected['value']): readonly (readonly [Reflected, Reflected])[] {
  if (value === undefined || value === null) return [];
  if (value instanceof GoList) return value.items.map((item, index) => [concrete(goInt(index)), elementOf(value.element, item)] as const);
  if (value instanceof GoMap) {
    return sortedEntries(value).map(([key, item]) => [elementOf(value.key, key), elementOf(value.element, item)] as const);
  }
  return failAt(state, `range can't iterate over ${printPlain(value)}`);
}

/** With one variable it is the element, with two the first is the index. */
function setRangeVariables(state: State, node: BranchNode, index: Reflected, element: Reflected): void {
  const { variables, assigns } = node.pipe;
  const [first, second] = variables;
  if (first === undefined) return;
  if (!assigns) {
    setTopVariable(state, 1, element);
    if (second !== undefined) setTopVariable(state, 2, index);
    return;
  }
  assignVariable(state, first, second === undefined ? element : index);
  if (second !== undefined) assignVariable(state, second, element);
}

function walkTemplate(state: State, dot: Reflected, node: TemplateNode): void {
  const { rendering } = state;
  const template = rendering.templates.get(node.name);
  if (template === undefined) return failAt(state, `template ${quote(node.name)} not defined`);
  stopAt(state, rendering.context.meter.depth(state.depth + 1));
  const argument = node.pipe === undefined ? noValue : evaluatePipeline(state, dot, node.pipe);
  const inner: State = {
    rendering,
    template,
    depth: state.depth + 1,
    output: state.output,
    variables: [{ name: '$', value: argument }],
    node: template.root,
  };
  walkList(inner, argument, template.root);
}
