import type { Diagnostic } from '../errors/diagnostic.ts';
import type { AnyPlugin } from '../model/config.ts';
import { defineDerivative, defineDistribution } from '../model/distribution.ts';
import type { PinCall } from '../model/pin.ts';
import { planConfig, type PlanConfigOptions } from './run-config.ts';
import { createWorkspace, type TemporaryWorkspace } from './temporary-workspace.ts';

type PinsOf<P> = P extends { readonly pins: infer Pi } ? Pi : never;
type Answer<T> = PinCall<T> extends (...args: never[]) => infer A ? A : never;
type Details<T> = Parameters<PinCall<T>>[1];

export interface AskPinOptions<D> extends Partial<Pick<PlanConfigOptions, 'env' | 'signal' | 'frozen'>> {
  readonly details?: D;
  /** Default: a new one, removed with the result. Its cos.lock is read and written. */
  readonly workspace?: TemporaryWorkspace;
}

export interface AskedPin<A> extends AsyncDisposable {
  /** Undefined after a problem. */
  readonly answer: A | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as the user reads them, without colours. */
  readonly text: string;
  readonly workspace: TemporaryWorkspace;
}

/** Asks one pin of a configured plugin as a target's `plan` does: what cos.lock of the workspace does not answer is looked up. */
export async function askPin<P extends AnyPlugin, N extends keyof PinsOf<P> & string>(plugin: P, pin: N, request: string, options: AskPinOptions<Details<PinsOf<P>[N]>> = {}): Promise<AskedPin<Answer<PinsOf<P>[N]>>> {
  const workspace = options.workspace ?? (await createWorkspace());
  let answer: unknown;
  const { diagnostics, text } = await planConfig(
    {
      plugins: [plugin],
      derivatives: [defineDerivative({ name: 'test', from: defineDistribution({ name: 'test', values: {}, platforms: {} }), platforms: ['linux/amd64'], trees: [] })],
      targets: {
        test: {
          description: 'the pin under test',
          plan: ({ use }) => {
            // Members are known by name only here; the engine checks every call again.
            const calls = new Map<string, unknown>(Object.entries(use)).get(plugin.name) as Record<string, (request: string, details: unknown) => unknown>;
            answer = undefined;
            answer = calls[pin]?.(request, options.details);
            return [];
          },
        },
      },
    },
    { ...options, workspace: workspace.path },
  );
  // The engine has checked the answer against the pin's own form.
  return { answer: answer as Answer<PinsOf<P>[N]> | undefined, diagnostics, text, workspace, [Symbol.asyncDispose]: () => workspace.remove() };
}
