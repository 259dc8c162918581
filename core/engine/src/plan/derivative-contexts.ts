import type { Variant } from '../config/resolved-config.ts';
import { callerOf } from '../errors/caller.ts';
import { CosError } from '../errors/cos-error.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import { at } from '../errors/place.ts';
import type { Draft } from './draft.ts';
import { createToolbox, type Toolbox } from './toolbox.ts';

/** The contexts of one call of a target's `plan`: one for its variant, and those of other derivatives that it asks for. `close` ends them all. */
export interface DerivativeContexts {
  readonly context: PlanContext;
  readonly close: () => void;
}

/** What `DerivativeContext` is to a config, without the types that only a config knows. */
export interface PlanContext extends Pick<Toolbox, 'use' | 'source'>, Pick<Variant, 'derivative' | 'platform' | 'scope' | 'values' | 'packages'> {
  readonly derivatives: readonly string[];
  readonly contextOf: (derivative: string) => PlanContext;
}

/** `site`: where the target is declared, for calls behind an `await` of a package. */
export function openContexts(draft: Draft, variant: Variant, site: string): DerivativeContexts {
  const variants = draft.config.allVariants.filter(({ platform }) => platform === variant.platform);
  const names = Object.freeze(variants.map(({ derivative }) => derivative.name));
  const opened = new Map<string, { readonly toolbox: Toolbox; readonly context: PlanContext }>();
  const contextOf = (name: string): PlanContext => {
    const present = opened.get(name);
    if (present !== undefined) return present.context;
    const found = variants.find(({ derivative }) => derivative.name === name);
    if (found !== undefined) return open(found);
    // One whose own problem was told already is not planned.
    if (draft.config.derivatives.some((derivative) => derivative.name === name && derivative.platforms.includes(variant.platform))) throw new CosError([]);
    throw new CosError({
      code: 'COS_PLAN_UNKNOWN_DERIVATIVE',
      severity: 'error',
      message: `The config has no derivative ${JSON.stringify(name)} for ${variant.platform}.`,
      ...at(callerOf(contextOf, site)),
      hint: hintFor(name, names, 'derivatives'),
    });
  };
  const open = (one: Variant): PlanContext => {
    for (const problem of one.problems) draft.report(problem);
    const toolbox = createToolbox(draft, one, site);
    const { derivative, platform, scope, values, packages } = one;
    const context = Object.freeze({ use: toolbox.use, source: toolbox.source, derivative, platform, scope, values, packages, derivatives: names, contextOf });
    opened.set(derivative.name, { toolbox, context });
    return context;
  };
  return {
    context: open(variant),
    close: () => {
      for (const { toolbox } of opened.values()) toolbox.close();
    },
  };
}
