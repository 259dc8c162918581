// Solves and stacks packages one by one and collects what the plan holds. Wrong guess to avoid: a package below another one is not
// planned on its own. In the chain of `top` it stands on whatever comes before it there, which need not be what it requires.

import { createProblem, isError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { archiveContentOf, kindOf } from '../package/check-build-spec.ts';
import { formatReference } from '../package/reference.ts';
import type { PackageReference } from '../package/reference.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import { explainMissing } from '../solve/explain.ts';
import { createPlainGraph } from '../solve/plain-graph.ts';
import { candidatesFor, createUniverse, withCandidate } from '../solve/universe.ts';
import type { Candidate, Universe } from '../solve/universe.ts';
import type { VersionMatching } from '../version/selector.ts';
import { toBuildCandidate, toRuntimeCandidate } from './candidates.ts';
import { nameImage } from './chain.ts';
import type { Built, Chain } from './chain.ts';
import { describePackage } from './describe-package.ts';
import { explainCircle } from './explain-circle.ts';
import { solveOrder } from './solve-order.ts';
import { Stacks } from './stacks.ts';
import type { PackageRole, PlannedImage, ResolvedCopy, ResolvedPackage } from './types.ts';

export interface PlannerOptions {
  readonly rendered: readonly RenderedPackage[];
  readonly matching: VersionMatching;
  readonly finalRequires: 'closure' | 'first-level';
}

/** A class because it owns the growing plan. */
export class Planner {
  /** All packages with their requirements for building. */
  readonly universe: Universe;
  readonly problems: Problem[] = [];
  /** Names of all packages that had a part, also of those that could not be planned. */
  readonly involved = new Set<string>();
  /** Packages with a wrong recipe: what is built on them fails for that reason alone. */
  readonly #spoiled: ReadonlySet<string>;
  /** Packages that are reported as having nothing to be built on. */
  readonly #baseless = new Set<string>();
  readonly #options: PlannerOptions;
  readonly #rendered: ReadonlyMap<string, RenderedPackage>;
  readonly #candidates: ReadonlyMap<string, Candidate>;
  readonly #packages = new Map<string, ResolvedPackage>();
  readonly #stacks: Stacks<Built>;
  /** The chain of everything that is in the plan. */
  readonly #planned = new Map<string, Chain>();
  readonly #parents = new Map<string, Chain>();
  /** Elements that, with all below them, are among the parents. */
  readonly #registered = new Set<Chain>();
  readonly #images = new Map<string, PlannedImage>();
  readonly #finals = new Map<string, readonly string[]>();
  readonly #copies = new Map<string, readonly ResolvedCopy[]>();
  /** Chains that are being made; a package in here again is a circle. */
  readonly #open: string[] = [];
  readonly #chains = new Map<string, Chain>();
  #runtime: Universe | undefined;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#rendered = new Map(options.rendered.map((one) => [one.package.fingerprintName, one]));
    this.#spoiled = new Set(options.rendered.filter((one) => one.problems.some(isError)).map((one) => one.package.fingerprintName));
    this.#candidates = new Map(options.rendered.map((one) => [one.package.fingerprintName, toBuildCandidate(one)]));
    this.universe = createUniverse([...this.#candidates.values()], options.matching);
    this.#stacks = new Stacks(createPlainGraph(this.universe), {
      decide: (candidate, below) => this.#decide(candidate.fingerprintName, below),
      onNew: (element) => this.#addElement(element),
    });
  }

  get packages(): readonly ResolvedPackage[] {
    return [...this.#packages.values()];
  }

  get images(): readonly PlannedImage[] {
    return [...this.#images.values()];
  }

  /** The chain of each package by its name. */
  get chains(): ReadonlyMap<string, Chain> {
    return this.#planned;
  }

  addTarget(target: Candidate): void {
    this.#add(target.fingerprintName, 'target');
  }

  /** Adds the archives of packages and of all that these need at run time; answers their names in the order of unpacking. */
  install(wanted: readonly Candidate[]): readonly string[] {
    if (wanted.length === 0) return [];
    const requires = wanted.map(({ category, name, version }) => ({ category, name, version }));
    // Solved together, so that two packages cannot bring two versions of a third one.
    const all: Candidate = { fingerprintName: '', category: 'these', name: 'packages', version: 'together', requires, conflicts: [], provides: [] };
    const result = solveOrder(createUniverse([...this.#options.rendered.map(toRuntimeCandidate), all], this.#options.matching), all);
    if (!result.ok) {
      const names = requires.map(formatReference).join(', ');
      this.problems.push({ ...result.problem, message: result.problem.message.replace('these/packages@together cannot be built: ', `${names} cannot be installed together: `).replaceAll('these/packages@together', 'what is asked for') });
      return [];
    }
    const names = result.order.filter((one) => one !== all).map((one) => one.fingerprintName);
    for (const name of names) this.#add(name, 'archive');
    return names;
  }

  /** Adds the packages that are only below others, or each own one for itself when archives of them are wanted. Call it after the last target. */
  finish(archives: 'targets' | 'own' = 'targets'): void {
    if (archives === 'own') this.#addOwn();
    for (const [name, chain] of this.#parents) {
      if (!this.#packages.has(name)) this.#plan(name, 'parent', chain);
    }
  }

  /** A package for itself may bring further ones with it. */
  #addOwn(): void {
    const before = this.#packages.size;
    for (const name of [...this.#parents.keys(), ...this.#packages.keys()]) if (!this.#recipe(name).package.isReference) this.#add(name, 'archive');
    if (this.#packages.size > before) this.#addOwn();
  }

  #add(name: string, role: PackageRole): void {
    const present = this.#packages.get(name);
    const chain = present === undefined ? this.#chainOf(name) : this.#planned.get(name);
    const isStronger = present === undefined || role === 'target' || (role === 'archive' && present.role === 'image');
    if (chain !== undefined && isStronger) this.#plan(name, role, chain);
  }

  #plan(name: string, role: PackageRole, chain: Chain): void {
    this.#planned.set(name, chain);
    this.#packages.set(name, this.#describe(name, role, chain));
  }

  /** The chain of a package that is built for itself. Undefined when there is none; the problem is recorded. */
  #chainOf(name: string): Chain | undefined {
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    if (this.#open.includes(name)) {
      this.problems.push(explainCircle(this.#open.slice(this.#open.indexOf(name)), (each) => this.#rendered.get(each)));
      return undefined;
    }
    this.#open.push(name);
    const chain = this.#makeChain(name);
    this.#open.pop();
    if (chain !== undefined) this.#chains.set(name, chain);
    return chain;
  }

  #makeChain(name: string): Chain | undefined {
    const target = this.#candidate(name);
    this.involved.add(name);
    const chain = this.#stacks.stackPlain(target) ?? this.#stackSolved(target);
    if (chain === undefined) return undefined;
    if (!chain.state.isSpoiled) for (const each of chain.state.baseless) this.#reportNoBase(each, name);
    this.#registerParents(chain);
    return chain;
  }

  #stackSolved(target: Candidate): Chain | undefined {
    const order = this.#solveAndOrder(this.universe, target);
    return order === undefined ? undefined : this.#stacks.stack(order);
  }

  #registerParents(chain: Chain): void {
    const fresh: Chain[] = [];
    for (let each = chain.below; each !== undefined && !this.#registered.has(each); each = each.below) fresh.push(each);
    for (const each of fresh.reverse()) {
      this.#registered.add(each);
      const name = each.candidate.fingerprintName;
      if (!this.#parents.has(name)) this.#parents.set(name, each);
    }
  }

  #solveAndOrder(universe: Universe, target: Candidate): readonly Candidate[] | undefined {
    const result = solveOrder(universe, target);
    if (result.ok) return result.order;
    this.problems.push(result.problem);
    return undefined;
  }

  #decide(name: string, below: Built | undefined): Built {
    const kind = kindOf(this.#recipe(name).spec);
    const base = below?.base;
    const image = nameImage(name, kind, base);
    const baseless = below?.baseless ?? NONE;
    return {
      image,
      base: image ?? base,
      isSpoiled: below?.isSpoiled === true || this.#spoiled.has(name),
      baseless: kind === 'requires' && base === undefined ? [...baseless, name] : baseless,
    };
  }

  #addElement({ candidate: { fingerprintName: name }, below, state: { image: id } }: Chain): void {
    this.involved.add(name);
    if (id === undefined || this.#images.has(id)) return;
    const { spec } = this.#recipe(name);
    const base = below?.state.base;
    if (spec.requiresFinalImages) this.#putImage({ id, fingerprintName: name, base: { kind: 'archives', packages: this.#finalRequires(name) }, copies: [] });
    else if (spec.image !== '') this.#putImage({ id, fingerprintName: name, base: { kind: 'reference', reference: spec.image }, copies: [] });
    else if (base !== undefined) this.#putImage({ id, fingerprintName: name, base: { kind: 'image', id: base }, copies: [] });
  }

  /** First without its copies: what they come from may lead back here. */
  #putImage(image: PlannedImage): void {
    this.#images.set(image.id, image);
    const copies = this.#copiesOf(image.fingerprintName);
    if (copies.length > 0) this.#images.set(image.id, { ...image, copies });
  }

  #copiesOf(name: string): readonly ResolvedCopy[] {
    const known = this.#copies.get(name);
    if (known !== undefined) return known;
    // What they come from may lead back here, also where nothing is built that a circle of images would show in.
    this.#copies.set(name, []);
    const { spec } = this.#recipe(name);
    const copies = spec.copy.flatMap(({ package: reference, image, source, destination }): ResolvedCopy[] => {
      if (image !== undefined) return [{ from: 'reference', reference: image, source, destination }];
      if (reference === undefined || reference.version === '') return [];
      const origin = this.#addCopySource(name, reference);
      return origin === undefined ? [] : [{ from: 'image', ...origin, source, destination }];
    });
    this.#copies.set(name, copies);
    return copies;
  }

  #addCopySource(by: string, reference: PackageReference): { readonly package: string; readonly image: string } | undefined {
    const [candidate] = candidatesFor(this.universe, reference);
    if (candidate === undefined) {
      this.problems.push(explainMissing(this.universe, { reference, by: this.#candidate(by) }));
      return undefined;
    }
    const name = candidate.fingerprintName;
    const chain = this.#chainOf(name);
    const image = chain?.state.image;
    this.#add(name, 'image');
    if (image === undefined && chain?.state.isSpoiled === false) {
      const message = `${by} copies from ${name}, which has no image because nothing is built for it`;
      this.problems.push(createProblem('error', 'LUET_NO_PARENT', message, reference.at));
    }
    return image === undefined ? undefined : { package: name, image };
  }

  /** Whose archives make the base of a `requires_final_images` package, in the order of unpacking. */
  #finalRequires(name: string): readonly string[] {
    const known = this.#finals.get(name);
    if (known !== undefined) return known;
    this.#finals.set(name, []);
    const { buildRequires } = this.#recipe(name);
    const target = { ...this.#candidate(name), requires: buildRequires };
    const universe = this.#runtimeWith(target);
    const order = this.#solveAndOrder(universe, target) ?? [];
    const listed = new Set(buildRequires.flatMap((reference) => candidatesFor(universe, reference)));
    const packages = order
      .filter((one) => one !== target && (this.#options.finalRequires === 'closure' || listed.has(one)))
      .map((one) => one.fingerprintName);
    this.#finals.set(name, packages);
    for (const one of packages) this.#add(one, 'archive');
    return packages;
  }

  /** What packages need at run time, and one of them with what it needs for building. */
  #runtimeWith(target: Candidate): Universe {
    this.#runtime ??= createUniverse(this.#options.rendered.map(toRuntimeCandidate), this.#options.matching);
    return withCandidate(this.#runtime, target);
  }

  #describe(name: string, role: PackageRole, chain: Chain): ResolvedPackage {
    const rendered = this.#recipe(name);
    const finalRequires = rendered.spec.requiresFinalImages ? this.#finalRequires(name) : [];
    return describePackage({ rendered, role, chain, finalRequires, copies: this.#copiesOf(name) });
  }

  #reportNoBase(name: string, target: string): void {
    const { spec } = this.#recipe(name);
    if (this.#baseless.has(name) || (spec.steps.length === 0 && archiveContentOf(spec) === 'empty')) return;
    this.#baseless.add(name);
    const message = `${name} has nothing to be built on: everything before it in the chain of ${target} is virtual`;
    this.problems.push(createProblem('error', 'LUET_NO_PARENT', message, spec.positions.get('requires') ?? this.#candidate(name).at));
  }

  #recipe(name: string): RenderedPackage {
    const found = this.#rendered.get(name);
    if (found === undefined) throw new Error(`Internal error: no package ${name}`);
    return found;
  }

  #candidate(name: string): Candidate {
    const found = this.#candidates.get(name);
    if (found === undefined) throw new Error(`Internal error: no package ${name}`);
    return found;
  }
}

const NONE: readonly string[] = [];
