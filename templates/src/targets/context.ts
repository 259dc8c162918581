import type { Derivative, TargetContext } from '@cos/core';
import type { StandardPlugins } from '../plugins.ts';

/** What the ready-made targets need of a context: the plugins that come with cos, and any derivative. */
export type StandardContext = Omit<TargetContext<StandardPlugins, Derivative>, 'values' | 'params' | 'derivative'> & {
  readonly derivative: Pick<Derivative, 'name' | 'version' | 'trees' | 'referenceTrees'>;
  readonly values: Readonly<Record<string, unknown>>;
};

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
  return { ...values, derivative: { name, version: version ?? '0.0.0', title } };
}
