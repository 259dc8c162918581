// Chains as stacks that share what they have in common: the chain of a package begins with the chain of the first thing that it
// requires, so only what is new is added. Easily got wrong: the same package above different ones is two elements.

import type { PlainGraph } from '../solve/plain-graph.ts';
import type { Candidate } from '../solve/universe.ts';

/** A package in a chain, with all that is below it there. `state` is what its owner makes of both. */
export interface Stacked<State> {
  readonly candidate: Candidate;
  readonly below: Stacked<State> | undefined;
  readonly state: State;
  /** Place of the candidate in the graph. */
  readonly index: number;
  readonly serial: number;
}

export interface StackOwner<State> {
  /** Decides without effects, because the element is not in its place yet. */
  readonly decide: (candidate: Candidate, below: State | undefined) => State;
  /** Called once for each new element. May ask for other stacks. */
  readonly onNew: (element: Stacked<State>) => void;
}

/** A class because it owns the elements. */
export class Stacks<State> {
  readonly #graph: PlainGraph;
  readonly #owner: StackOwner<State>;
  /** By the serial number of the element below and the index of the candidate. */
  readonly #elements = new Map<number, Stacked<State>>();
  readonly #plain = new Map<number, Stacked<State>>();
  readonly #marks: Uint32Array;
  #mark = 0;

  constructor(graph: PlainGraph, owner: StackOwner<State>) {
    this.#graph = graph;
    this.#owner = owner;
    this.#marks = new Uint32Array(graph.candidates.length);
  }

  /** The stack of an order that a search found. The order must not be empty. */
  stack(order: readonly Candidate[]): Stacked<State> {
    let top: Stacked<State> | undefined;
    for (const one of order) top = this.#put(this.#graph.indexOf(one), top);
    if (top === undefined) throw new Error('Internal error: an empty chain');
    return top;
  }

  /** The same for a package that needs no search; undefined for one that does. */
  stackPlain(target: Candidate): Stacked<State> | undefined {
    const start = this.#graph.indexOf(target);
    if (!this.#graph.isPlain(start)) return undefined;
    const trail: number[] = [];
    for (let next: number | undefined = start; next !== undefined && !this.#plain.has(next); next = this.#graph.children[next]?.[0]) trail.push(next);
    for (const index of trail.toReversed()) this.#plain.set(index, this.#stackOnChildren(index));
    return this.#plain.get(start);
  }

  #stackOnChildren(index: number): Stacked<State> {
    const children = this.#graph.children[index] ?? [];
    const first = children[0];
    let top = first === undefined ? undefined : this.#plain.get(first);
    if (children.length > 1) for (const one of this.#missingIn(top, children)) top = this.#put(one, top);
    return this.#put(index, top);
  }

  /** What is in the chains of `roots` and not in the stack, in the order of stacking. Puts nothing: that may lead back here. */
  #missingIn(top: Stacked<State> | undefined, roots: readonly number[]): number[] {
    const marks = this.#marks;
    this.#mark += 1;
    const mark = this.#mark;
    for (let each = top; each !== undefined; each = each.below) marks[each.index] = mark;
    const missing: number[] = [];
    for (const root of roots) {
      const trail = marks[root] === mark ? [] : [{ index: root, next: 0 }];
      for (let one = trail.at(-1); one !== undefined; one = trail.at(-1)) {
        const child = this.#graph.children[one.index]?.[one.next];
        one.next += 1;
        if (child === undefined) {
          trail.pop();
          marks[one.index] = mark;
          missing.push(one.index);
        } else if (marks[child] !== mark) {
          trail.push({ index: child, next: 0 });
        }
      }
    }
    return missing;
  }

  #put(index: number, below: Stacked<State> | undefined): Stacked<State> {
    const key = (below?.serial ?? 0) * this.#graph.candidates.length + index;
    const known = this.#elements.get(key);
    if (known !== undefined) return known;
    const candidate = this.#graph.candidates[index];
    if (candidate === undefined) throw new Error('Internal error: a package outside of the graph');
    const state = this.#owner.decide(candidate, below?.state);
    const element = { candidate, below, state, index, serial: this.#elements.size + 1 };
    this.#elements.set(key, element);
    this.#owner.onNew(element);
    return element;
  }
}
