import type { Derivative, DerivativeContext, ResolvedDerivative } from '@cos/core';
import type { StandardPlugins } from '../plugins.ts';

/** What the ready-made targets need of a context: the plugins that come with cos, and any derivative. */
export interface StandardContext extends Omit<DerivativeContext<StandardPlugins, Derivative>, 'values' | 'derivative' | 'contextOf'> {
  readonly derivative: Pick<ResolvedDerivative, 'name' | 'version' | 'trees' | 'referenceTrees' | 'repositories' | 'title' | 'system'>;
  readonly values: Readonly<Record<string, unknown>>;
  readonly contextOf: (derivative: string) => StandardContext;
}

/** The derivative's name for people: its own title, that of the targets, or its name. */
export function titleOf({ derivative }: StandardContext, title: string | undefined): string {
  return derivative.title ?? title ?? derivative.name;
}

/** How trees are read that are not written for this tool; each default is the first one. */
export interface TreeDialect {
  readonly versions?: 'debian' | 'legacy';
  readonly valuesMerge?: 'presence' | 'luet';
  readonly engine?: 'luet' | 'helm';
  readonly finalRequires?: 'closure' | 'first-level';
}

/**
 * Values as templates see them: those of the context without what says where the base comes from, and who the derivative is. Without a title they are as
 * they are given.
 */
export function templateValues(context: StandardContext, title: string | undefined): Readonly<Record<string, unknown>> {
  if (title === undefined) return context.values;
  const { name, version } = context.derivative;
  const { base: _, ...values } = context.values;
  return { ...values, derivative: { name, version, title } };
}
