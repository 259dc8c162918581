// Arguments of functions: each is evaluated for the type of its parameter, because an untyped constant takes the type that is wanted.
import { unreachable } from '../unreachable.ts';
import type { BoolNode, DotNode, NilNode, NumberNode, OperandNode, StringNode } from '../parse/node.ts';
import { printNode } from '../parse/print-node.ts';
import { GoInt, GoList, GoMap } from '../values/value.ts';
import { callFunction } from './call.ts';
import { constantOf, evaluateChain, evaluateField, evaluatePipeline, evaluateVariable } from './pipeline.ts';
import { concrete, nilInterface, noValue, Reflected, staticType } from './reflected.ts';
import { failAt } from './state.ts';
import type { State } from './state.ts';

/** `type` is in Go's spelling. The result is valid for a parameter of that type. */
export function evaluateArgument(state: State, dot: Reflected, type: string, node: OperandNode): Reflected {
  state.node = node;
  if (node.type === 'dot') return validate(state, dot, type);
  if (node.type === 'nil') return canBeNil(type) ? zeroOf(type) : failAt(state, `cannot assign nil to ${type}`);
  if (!isLiteral(node)) return validate(state, evaluateReference(state, dot, node), type);
  switch (type) {
    case 'interface {}':
    case 'reflect.Value':
      return node.type === 'number' ? constantOf(state, node) : concrete(node.value);
    case 'bool':
      return node.type === 'bool' ? concrete(node.value) : failAt(state, `expected bool; found ${printNode(node)}`);
    case 'string':
      return node.type === 'string' ? concrete(node.value) : failAt(state, `expected string; found ${printNode(node)}`);
    case 'float64':
      return node.type === 'number' && node.float !== undefined ? concrete(node.float) : failAt(state, `expected float; found ${printNode(node)}`);
    case 'int':
    case 'int64':
    case 'time.Duration':
      if (node.type === 'number' && node.int !== undefined) return concrete(new GoInt(node.int, type));
      return failAt(state, `expected integer; found ${printNode(node)}`);
    case 'uint32':
    case 'uint64':
      if (node.type === 'number' && node.uint !== undefined) return concrete(new GoInt(node.uint, type));
      return failAt(state, `expected unsigned integer; found ${printNode(node)}`);
    default:
      return failAt(state, `can't handle ${printNode(node)} for arg of type ${type}`);
  }
}

/** What stands before a field chain: no type is wanted of it. */
export function evaluateUntyped(state: State, dot: Reflected, node: OperandNode): Reflected {
  state.node = node;
  if (node.type === 'dot') return dot;
  if (node.type === 'nil') return failAt(state, `indirection through explicit nil in ${printNode(node)}`);
  if (!isLiteral(node)) return evaluateReference(state, dot, node);
  return node.type === 'number' ? constantOf(state, node) : concrete(node.value);
}

/** The rules by which a value may be passed on (Go: validateType). */
export function validate(state: State, value: Reflected, type: string): Reflected {
  if (type === 'reflect.Value') return value;
  if (value.value === undefined) return canBeNil(type) ? zeroOf(type) : failAt(state, `invalid value; expected ${type}`);
  if (type === 'interface {}' || staticType(value) === type) return value;
  if (value.isInterface && value.value !== null) {
    const inner = new Reflected(value.value, false);
    return staticType(inner) === type ? inner : failType(state, type, staticType(inner));
  }
  return failType(state, type, staticType(value));
}

function failType(state: State, expected: string, found: string): never {
  return failAt(state, `wrong type for value; expected ${expected}; got ${found}`, undefined, conversionHint(expected, found));
}

function conversionHint(expected: string, found: string): string | undefined {
  if (expected === 'string') return found === 'interface {}' ? 'The value is missing or null.' : 'Convert it with `toString`.';
  if (expected === 'int') return 'Convert it with `int`.';
  if (found === 'map[interface {}]interface {}') return 'Maps below the top of a YAML file are no dicts. Use `index` or a field on them, or build a `dict`.';
  return undefined;
}

/** Argument as the implementation of a function wants it. */
export function unpack(type: string, reflected: Reflected): unknown {
  if (type === 'reflect.Value') return reflected;
  const { value } = reflected;
  if (value instanceof GoInt && (type === 'int' || type === 'uint32')) return Number(value.value);
  return value ?? null;
}


type LiteralNode = BoolNode | NumberNode | StringNode;

function isLiteral(node: OperandNode): node is LiteralNode {
  return node.type === 'bool' || node.type === 'number' || node.type === 'string';
}

function evaluateReference(state: State, dot: Reflected, node: Exclude<OperandNode, LiteralNode | DotNode | NilNode>): Reflected {
  switch (node.type) {
    case 'field':
      return evaluateField(state, dot, node, [], undefined);
    case 'variable':
      return evaluateVariable(state, dot, node, [], undefined);
    case 'pipe':
      return evaluatePipeline(state, dot, node);
    case 'chain':
      return evaluateChain(state, dot, node, [], undefined);
    case 'identifier':
      state.node = node;
      return callFunction(state, dot, { name: node.name, node, args: [], final: undefined });
  }
  return unreachable(node);
}

function canBeNil(type: string): boolean {
  return type === 'interface {}' || type === 'reflect.Value' || type.startsWith('map[') || type.startsWith('[]') || type.startsWith('*');
}

function zeroOf(type: string): Reflected {
  if (type === 'reflect.Value') return noValue;
  if (type === 'map[string]interface {}') return concrete(new GoMap('string', 'interface {}', true));
  if (type.startsWith('[]')) return concrete(new GoList([], type.slice(2), true));
  return nilInterface;
}
