// One rendering: the context that functions see, and the calls from template to template.
import { quote } from '../format/quote.ts';
import { Refusal } from '../functions/context.ts';
import type { FunctionContext } from '../functions/context.ts';
import { functionsOf } from '../functions/registry.ts';
import type { Engine } from '../functions/registry.ts';
import type { Template } from '../parse/node.ts';
import { normalise } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { stringMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import type { Meter } from './limits.ts';
import { concrete } from './reflected.ts';
import type { Rendering, State } from './state.ts';
import { walkList } from './walk.ts';

export interface RenderingOptions {
  readonly templates: ReadonlyMap<string, Template>;
  readonly name: string;
  readonly engine: Engine;
  readonly values: GoValue;
  readonly meter: Meter;
  readonly environment: Readonly<Record<string, string>>;
  readonly onEnvRead: ((name: string) => void) | undefined;
  readonly now: number | undefined;
  readonly random: ((size: number) => Uint8Array) | undefined;
}

export function renderMain(options: RenderingOptions): string {
  const runner = new Runner(options);
  return runner.run(options.name, stringMap([['Values', options.values]]));
}

/** Owns the depth of template calls. */
class Runner {
  readonly #options: RenderingOptions;
  readonly #rendering: Rendering;
  #depth = 0;

  constructor(options: RenderingOptions) {
    this.#options = options;
    const context: FunctionContext = {
      meter: options.meter,
      include: (name, data) => this.run(name, data),
      renderText: () => {
        throw new GoPanic('not available');
      },
      readEnvironment: (name) => {
        options.onEnvRead?.(name);
        return Object.hasOwn(options.environment, name) ? (options.environment[name] ?? '') : '';
      },
      now: () => {
        if (options.now === undefined) throw new Refusal('there is no clock', 'Pass the time in the option `now`.');
        return options.now;
      },
      random: (size) => {
        if (options.random === undefined) throw new Refusal('there is no source of randomness', 'Pass one in the option `random`.');
        return options.random(size);
      },
    };
    this.#rendering = { templates: options.templates, functions: functionsOf(options.engine), context, noValueText: '<no value>' };
  }

  run(name: string, data: GoValue): string {
    const template = this.#options.templates.get(name);
    if (template === undefined) throw new GoPanic(`template: no template ${quote(name)} associated with template ${quote(this.#options.name)}`);
    this.#options.meter.checkDepth(this.#depth);
    const dot = concrete(data);
    const output = { text: '' };
    const state: State = { rendering: this.#rendering, template, depth: this.#depth, output, variables: [{ name: '$', value: dot }], node: template.root };
    this.#depth++;
    walkList(state, dot, template.root);
    this.#depth--;
    return normalise(output.text);
  }
}
