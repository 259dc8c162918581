// One rendering: the context that functions see, and the calls from template to template.
import { TemplateError } from '../error.ts';
import { quote } from '../format/quote.ts';
import { Refusal } from '../functions/context.ts';
import type { FunctionContext } from '../functions/context.ts';
import { functionsOf } from '../functions/registry.ts';
import type { Engine } from '../functions/registry.ts';
import { suggestFunction } from '../functions/suggest.ts';
import type { Template } from '../parse/node.ts';
import { parseTemplates } from '../parse/parser.ts';
import { normalise } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { GoMap, stringMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { helmRoot } from './helm-objects.ts';
import type { LimitReached, Meter } from './limits.ts';
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

/** Marks what helm removes from its output, wherever it comes from. */
const noValueText = '<no value>';

export function renderMain(options: RenderingOptions): string {
  const { engine, name, values } = options;
  const data = engine === 'helm' ? helmRoot(name, values) : stringMap([['Values', values]]);
  return finish(engine, new Runner(options, 0).run(name, data));
}

function finish(engine: Engine, text: string): string {
  return engine === 'helm' ? text.replaceAll(noValueText, '') : text;
}

/** helm has words of its own for parse errors and for what `required` says. */
export function wordError(engine: Engine, error: TemplateError): TemplateError {
  if (engine !== 'helm') return error;
  const { templateName, line, column, reason, warning } = error;
  if (error.code === 'parse') return error.reworded(`parse error at (${templateName}:${line}): ${reason.split(': ').at(-1)}`);
  return warning === undefined ? error : error.reworded(`execution error at (${templateName}:${line}:${column}): ${warning}`);
}

/** Inside a function, from where the evaluator locates it. */
function throwIf(reached: LimitReached | undefined): void {
  if (reached !== undefined) throw reached;
}

/** Owns the depth of template calls. */
class Runner {
  readonly #options: RenderingOptions;
  readonly #rendering: Rendering;
  #depth: number;

  constructor(options: RenderingOptions, depth: number) {
    this.#options = options;
    this.#depth = depth;
    const context: FunctionContext = {
      meter: options.meter,
      include: (name, data) => this.run(name, data),
      renderText: (source, data) => this.#renderText(source, data),
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
    this.#rendering = { templates: options.templates, functions: functionsOf(options.engine), context, noValueText };
  }

  run(name: string, data: GoValue): string {
    const template = this.#options.templates.get(name);
    if (template === undefined) throw new GoPanic(`template: no template ${quote(name)} associated with template ${quote(this.#rootName())}`);
    throwIf(this.#options.meter.depth(this.#depth));
    const dot = concrete(data);
    const output = { text: '' };
    const state: State = { rendering: this.#rendering, template, depth: this.#depth, output, variables: [{ name: '$', value: dot }], node: template.root };
    this.#depth++;
    walkList(state, dot, template.root);
    this.#depth--;
    return normalise(output.text);
  }

  /** helm hangs all its templates on one of this name. */
  #rootName(): string {
    return this.#options.engine === 'helm' ? 'gotpl' : this.#options.name;
  }

  /** helm's `tpl`: another text under the same name, which sees none of the definitions here. */
  #renderText(source: string, data: GoMap): string {
    const { engine, meter } = this.#options;
    const template = data.get('Template');
    const name = template instanceof GoMap ? template.get('Name') : undefined;
    if (typeof name !== 'string') throw new GoPanic(`cannot retrieve Template.Basepath from values inside tpl function: ${source}: "BasePath" is not a value`);
    throwIf(meter.depth(this.#depth));
    const functions = functionsOf(engine);
    try {
      const templates = parseTemplates(source, { name, isFunction: (word) => functions.has(word), suggest: (word) => suggestFunction(word, engine), nesting: meter.limits.nesting });
      return finish(engine, new Runner({ ...this.#options, templates, name }, this.#depth + 1).run(name, data));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw error.reworded(`error during tpl function execution for ${quote(source)}: ${wordError(engine, error).message}`);
    }
  }
}
