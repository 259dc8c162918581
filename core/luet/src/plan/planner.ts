// Solves and stacks packages one by one and collects what the plan holds. Wrong guess to avoid: a package below another one is not
// planned on its own. In the chain of `top` it stands on whatever comes before it there, which need not be what it requires.

import { createHash } from 'node:crypto';
import { createProblem, isError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { archiveContentOf, kindOf } from '../package/check-build-spec.ts';
import { imageId } from '../package/identity.ts';
import type { PackageReference } from '../package/reference.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import { explainFailure, explainMissing } from '../solve/explain.ts';
import { orderChain } from '../solve/order.ts';
import { solve } from '../solve/solve.ts';
import { candidatesFor, createUniverse } from '../solve/universe.ts';
import type { Candidate, Universe } from '../solve/universe.ts';
import type { VersionMatching } from '../version/selector.ts';
import { toBuildCandidate, toRuntimeCandidate } from './candidates.ts';
import { explainCircle } from './explain-circle.ts';
import type { ChainElement, PackageRole, PlannedImage, ResolvedCopy, ResolvedPackage } from './types.ts';

interface PlannerOptions {
  readonly rendered: readonly RenderedPackage[];
  readonly matching: VersionMatching;
  readonly finalRequires: 'closure' | 'first-level';
}

/** A package in the chain of a target. `below`: the image of the element before it. */
interface ElementInput {
  readonly name: string;
  readonly below: string | undefined;
  readonly target: string;
  /** Whether the chain has a package with a wrong recipe. */
  readonly isSpoiled: boolean;
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
  readonly #parents = new Map<string, readonly ChainElement[]>();
  readonly #images = new Map<string, PlannedImage>();
  readonly #finals = new Map<string, readonly string[]>();
  readonly #copies = new Map<string, readonly ResolvedCopy[]>();
  /** Chains that are being made; a package in here again is a circle. */
  readonly #open: string[] = [];
  readonly #chains = new Map<string, readonly ChainElement[]>();

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#rendered = new Map(options.rendered.map((one) => [one.package.fingerprintName, one]));
    this.#spoiled = new Set(options.rendered.filter((one) => one.problems.some(isError)).map((one) => one.package.fingerprintName));
    this.#candidates = new Map(options.rendered.map((one) => [one.package.fingerprintName, toBuildCandidate(one)]));
    this.universe = createUniverse([...this.#candidates.values()], options.matching);
  }

  get packages(): readonly ResolvedPackage[] {
    return [...this.#packages.values()];
  }

  get images(): readonly PlannedImage[] {
    return [...this.#images.values()];
  }

  addTarget(target: Candidate): void {
    this.#add(target.fingerprintName, 'target');
  }

  /** Adds the packages that are only below others. Call it after the last target. */
  finish(): void {
    for (const [name, chain] of this.#parents) {
      if (!this.#packages.has(name)) this.#packages.set(name, this.#describe(name, 'parent', chain));
    }
  }

  #add(name: string, role: PackageRole): void {
    const present = this.#packages.get(name);
    if (present !== undefined) {
      if (role === 'target' || (role === 'archive' && present.role === 'image')) this.#packages.set(name, { ...present, role });
      return;
    }
    const chain = this.#chainOf(name);
    if (chain !== undefined) this.#packages.set(name, this.#describe(name, role, chain));
  }

  /** The chain of a package that is built for itself. Undefined when there is none; the problem is recorded. */
  #chainOf(name: string): readonly ChainElement[] | undefined {
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

  #makeChain(name: string): readonly ChainElement[] | undefined {
    const target = this.#candidate(name);
    this.involved.add(name);
    const order = this.#solveAndOrder(this.universe, target);
    if (order === undefined) return undefined;
    for (const one of order) this.involved.add(one.fingerprintName);
    const isSpoiled = order.some((one) => this.#spoiled.has(one.fingerprintName));
    const chain: ChainElement[] = [];
    let base: string | undefined;
    for (const one of order) {
      const image = this.#addImage({ name: one.fingerprintName, below: base, target: name, isSpoiled });
      chain.push({ fingerprintName: one.fingerprintName, image });
      base = image ?? base;
      if (one !== target && !this.#parents.has(one.fingerprintName)) this.#parents.set(one.fingerprintName, [...chain]);
    }
    return chain;
  }

  #solveAndOrder(universe: Universe, target: Candidate): readonly Candidate[] | undefined {
    const result = solve(universe, target);
    if (!result.ok) {
      const problem =
        result.reason === 'limit'
          ? createProblem('error', 'LUET_SEARCH_LIMIT', `no set of packages for ${target.fingerprintName} was found in a sensible time`, target.at)
          : explainFailure(universe, target, result.failure);
      this.problems.push(problem);
      return undefined;
    }
    const ordered = orderChain(universe, result.solution, target);
    if (ordered.ok) return ordered.chain;
    this.problems.push(ordered.problem);
    return undefined;
  }

  /** `below` is the image of the element before it in the chain of `target`. Undefined for a virtual package. */
  #addImage({ name, below, target, isSpoiled }: ElementInput): string | undefined {
    const { spec } = this.#recipe(name);
    const kind = kindOf(spec);
    switch (kind) {
      case 'virtual':
        return undefined;
      case 'image':
        return this.#putImage({ id: name, fingerprintName: name, base: { kind: 'reference', reference: spec.image }, copies: [] });
      case 'final': {
        const packages = this.#finalRequires(name);
        return this.#putImage({ id: name, fingerprintName: name, base: { kind: 'archives', packages }, copies: [] });
      }
      case 'requires': {
        if (below === undefined) {
          if (!isSpoiled) this.#reportNoBase(name, target);
          return undefined;
        }
        const id = `${name}@${createHash('sha256').update(below).digest('hex').slice(0, 12)}`;
        return this.#putImage({ id, fingerprintName: name, base: { kind: 'image', id: below }, copies: [] });
      }
      default: {
        const never: never = kind;
        return never;
      }
    }
  }

  #putImage(image: PlannedImage): string {
    if (!this.#images.has(image.id)) {
      this.#images.set(image.id, image);
      this.#images.set(image.id, { ...image, copies: this.#copiesOf(image.fingerprintName) });
    }
    return image.id;
  }

  #copiesOf(name: string): readonly ResolvedCopy[] {
    const known = this.#copies.get(name);
    if (known !== undefined) return known;
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
    const image = this.#chainOf(name)?.at(-1)?.image;
    this.#add(name, 'image');
    if (image === undefined && this.#chains.get(name)?.every((one) => !this.#spoiled.has(one.fingerprintName)) === true) {
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
    const runtime = this.#options.rendered.map((one) =>
      one.package.fingerprintName === name ? target : toRuntimeCandidate(one),
    );
    const universe = createUniverse(runtime, this.#options.matching);
    const order = this.#solveAndOrder(universe, target) ?? [];
    const listed = new Set(buildRequires.flatMap((reference) => candidatesFor(universe, reference)));
    const packages = order
      .filter((one) => one !== target && (this.#options.finalRequires === 'closure' || listed.has(one)))
      .map((one) => one.fingerprintName);
    this.#finals.set(name, packages);
    for (const one of packages) this.#add(one, 'archive');
    return packages;
  }

  #describe(name: string, role: PackageRole, chain: readonly ChainElement[]): ResolvedPackage {
    const { package: one, spec, text, values } = this.#recipe(name);
    const { category, name: shortName, version } = one.definition;
    const kind = kindOf(spec);
    return {
      category,
      name: shortName,
      version,
      fingerprintName: name,
      imageId: imageId(one.definition),
      role,
      kind,
      archive: kind === 'virtual' ? 'empty' : archiveContentOf(spec),
      dir: one.dir,
      definition: one.definition,
      spec,
      recipeText: text,
      finalizer: one.finalizer,
      values,
      chain,
      image: chain.at(-1)?.image,
      finalRequires: kind === 'final' ? this.#finalRequires(name) : [],
      copies: this.#copiesOf(name),
    };
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
