// Evaluation of pipelines, commands and field chains.
import { unreachable } from '../unreachable.ts';
import type { ChainNode, CommandNode, FieldNode, NumberNode, OperandNode, PipeNode, VariableNode } from '../parse/node.ts';
import { printNode } from '../parse/print-node.ts';
import { GoComplex, goInt } from '../values/value.ts';
import { callFunction } from './call.ts';
import { evaluateFields } from './field.ts';
import { evaluateUntyped } from './argument.ts';
import { concrete, unwrap } from './reflected.ts';
import type { Reflected } from './reflected.ts';
import { assignVariable, declareVariable, failAt, readVariable, stopAt } from './state.ts';
import type { State } from './state.ts';

/** Value of the last command; each gets the value of the one before as its last argument. */
export function evaluatePipeline(state: State, dot: Reflected, pipe: PipeNode): Reflected {
  state.node = pipe;
  let value: Reflected | undefined;
  for (const command of pipe.commands) value = unwrap(evaluateCommand(state, dot, command, value));
  if (value === undefined) throw new Error('Internal error: the parser lets no empty pipeline through');
  for (const name of pipe.variables) {
    if (pipe.assigns) assignVariable(state, name, value);
    else declareVariable(state, name, value);
  }
  return value;
}

function evaluateCommand(state: State, dot: Reflected, command: CommandNode, final: Reflected | undefined): Reflected {
  stopAt(state, state.rendering.context.meter.step());
  const { operands } = command;
  const [first, ...args] = operands;
  if (first.type === 'field') return evaluateField(state, dot, first, args, final);
  if (first.type === 'chain') return evaluateChain(state, dot, first, args, final);
  if (first.type === 'variable') return evaluateVariable(state, dot, first, args, final);
  if (first.type !== 'pipe') state.node = first;
  if (first.type === 'identifier') return callFunction(state, dot, { name: first.name, node: command, args, final });
  refuseArguments(state, first, args, final);
  switch (first.type) {
    case 'pipe':
      return evaluatePipeline(state, dot, first);
    case 'bool':
      return concrete(first.value);
    case 'dot':
      return dot;
    case 'nil':
      return failAt(state, 'nil is not a command');
    case 'number':
      return constantOf(state, first);
    case 'string':
      return concrete(first.value);
  }
  return unreachable(first);
}

/** Type of a number that nothing else decides: what it looks like. */
export function constantOf(state: State, node: NumberNode): Reflected {
  state.node = node;
  if (node.complex !== undefined) return concrete(new GoComplex(...node.complex));
  const looksFloat = /[.eEpP]/.test(node.text) && !/^[+-]?0[xX][^pP]*$/.test(node.text) && !node.text.startsWith("'");
  if (node.float !== undefined && looksFloat) return concrete(node.float);
  if (node.int !== undefined) return concrete(goInt(node.int));
  return failAt(state, `${node.text} overflows int`);
}

export function evaluateField(state: State, dot: Reflected, node: FieldNode, args: readonly OperandNode[], final: Reflected | undefined): Reflected {
  state.node = node;
  return evaluateFields(state, dot, { receiver: dot, node, names: node.names, args, final });
}

export function evaluateVariable(state: State, dot: Reflected, node: VariableNode, args: readonly OperandNode[], final: Reflected | undefined): Reflected {
  state.node = node;
  const receiver = readVariable(state, node.name);
  if (node.fields.length > 0) return evaluateFields(state, dot, { receiver, node, names: node.fields, args, final });
  refuseArguments(state, node, args, final);
  return receiver;
}

export function evaluateChain(state: State, dot: Reflected, node: ChainNode, args: readonly OperandNode[], final: Reflected | undefined): Reflected {
  state.node = node;
  const receiver = evaluateUntyped(state, dot, node.of);
  return evaluateFields(state, dot, { receiver, node, names: node.fields, args, final });
}

function refuseArguments(state: State, node: OperandNode, args: readonly OperandNode[], final: Reflected | undefined): void {
  if (args.length > 0 || final !== undefined) failAt(state, `can't give argument to non-function ${printNode(node)}`);
}
