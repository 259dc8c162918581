import type { Derivative, TargetContext } from '@cos/core';
import type { StandardPlugins } from '../plugins.ts';

/** What the ready-made targets need of a context: the plugins that come with cos, and any derivative. */
export type StandardContext = Omit<TargetContext<StandardPlugins, Derivative>, 'values' | 'params' | 'derivative'> & {
  readonly derivative: Pick<Derivative, 'name' | 'version' | 'trees' | 'referenceTrees'>;
  readonly values: Readonly<Record<string, unknown>>;
};

/** Values as templates see them: those of the context without what says where the base comes from, and who the derivative is. */
export function templateValues(context: StandardContext, title: string): Readonly<Record<string, unknown>> {
  const { name, version } = context.derivative;
  const { base: _, ...values } = context.values;
  return { ...values, derivative: { name, version: version ?? '0.0.0', title } };
}
