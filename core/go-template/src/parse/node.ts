// What the parser makes: text and actions, and inside actions pipelines of commands of operands. `position` is an offset in the source.
interface TextNode { readonly type: 'text'; readonly position: number; readonly text: string }
interface ActionNode { readonly type: 'action'; readonly position: number; readonly pipe: PipeNode }
export interface TemplateNode {
  readonly type: 'template';
  readonly position: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
interface LoopControlNode { readonly type: 'break' | 'continue'; readonly position: number }
export interface BranchNode {
  readonly type: 'if' | 'with' | 'range';
  readonly position: number;
  readonly pipe: PipeNode;
  readonly body: ListNode;
  readonly otherwise: ListNode | undefined;
}
export interface ListNode { readonly type: 'list'; readonly position: number; readonly nodes: readonly StatementNode[] }
export type StatementNode = TextNode | ActionNode | TemplateNode | LoopControlNode | BranchNode;

export interface BoolNode { readonly type: 'bool'; readonly position: number; readonly value: boolean }
export interface DotNode { readonly type: 'dot'; readonly position: number }
export interface NilNode { readonly type: 'nil'; readonly position: number }
export interface NumberNode {
  readonly type: 'number';
  readonly position: number;
  /** As written. */
  readonly text: string;
  /** A constant may be several of these at once: `3.0` is an integer too. */
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: readonly [real: number, imaginary: number] | undefined;
}
export interface StringNode { readonly type: 'string'; readonly position: number; readonly quoted: string; readonly value: string }
export interface FieldNode { readonly type: 'field'; readonly position: number; readonly names: readonly string[] }
export interface VariableNode { readonly type: 'variable'; readonly position: number; readonly name: string; readonly fields: readonly string[] }
interface IdentifierNode { readonly type: 'identifier'; readonly position: number; readonly name: string }
export interface ChainNode { readonly type: 'chain'; readonly position: number; readonly of: OperandNode; readonly fields: readonly string[] }
export interface CommandNode { readonly type: 'command'; readonly position: number; readonly operands: readonly [OperandNode, ...OperandNode[]] }
export interface PipeNode {
  readonly type: 'pipe';
  readonly position: number;
  /** Names with their `$`. */
  readonly variables: readonly string[];
  /** `=` instead of `:=`. */
  readonly assigns: boolean;
  readonly commands: readonly CommandNode[];
}
export type OperandNode =
  | BoolNode | DotNode | NilNode | NumberNode | StringNode | FieldNode | VariableNode | IdentifierNode | ChainNode | PipeNode;

export type Node = StatementNode | ListNode | OperandNode | CommandNode;

/** One named template. Templates defined in one text share their source. */
export interface Template {
  readonly name: string;
  /** The text that it came from, and how that is called in messages. */
  readonly sourceName: string;
  readonly source: string;
  readonly root: ListNode;
}
