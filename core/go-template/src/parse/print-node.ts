// Nodes back to text, as error messages quote them.
import { unreachable } from '../unreachable.ts';
import { quote } from '../format/quote.ts';
import type { Node, OperandNode } from './node.ts';

export function printNode(node: Node): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'action':
      return `{{${printNode(node.pipe)}}}`;
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${printNode(node.pipe)}`}}}`;
    case 'break':
    case 'continue':
      return `{{${node.type}}}`;
    case 'if':
    case 'with':
    case 'range': {
      const otherwise = node.otherwise === undefined ? '' : `{{else}}${printNode(node.otherwise)}`;
      return `{{${node.type} ${printNode(node.pipe)}}}${printNode(node.body)}${otherwise}{{end}}`;
    }
    case 'list':
      return node.nodes.map(printNode).join('');
    case 'bool':
      return String(node.value);
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'field':
      return node.names.map((name) => `.${name}`).join('');
    case 'variable':
      return [node.name, ...node.fields].join('.');
    case 'identifier':
      return node.name;
    case 'chain':
      return `${printOperand(node.of)}${node.fields.map((name) => `.${name}`).join('')}`;
    case 'command':
      return node.operands.map(printOperand).join(' ');
    case 'pipe': {
      const declared = node.variables.length === 0 ? '' : `${node.variables.join(', ')} ${node.assigns ? '=' : ':='} `;
      return declared + node.commands.map(printNode).join(' | ');
    }
  }
  return unreachable(node);
}

function printOperand(node: OperandNode): string {
  return node.type === 'pipe' ? `(${printNode(node)})` : printNode(node);
}
