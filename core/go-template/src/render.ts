// From a template text and values to text. Nothing here reads a clock, the environment or randomness: they come from the options.
import { TemplateError } from './error.ts';
import type { Result } from './error.ts';
import { isStackOverflow } from './evaluate/call.ts';
import { Meter, defaultLimits } from './evaluate/limits.ts';
import type { Limits } from './evaluate/limits.ts';
import { renderMain, wordError } from './evaluate/rendering.ts';
import type { RenderingOptions } from './evaluate/rendering.ts';
import { functionsOf } from './functions/registry.ts';
import type { Engine } from './functions/registry.ts';
import { suggestFunction } from './functions/suggest.ts';
import { findCheckpoint, parseTemplates } from './parse/parser.ts';
import type { Checkpoint } from './parse/parser.ts';
import type { Template } from './parse/node.ts';
import type { ParseOptions } from './parse/parser-state.ts';
import { deepCopy } from './functions/defaults.ts';
import { cleanText } from './values/bytes.ts';
import { fromJavaScript } from './values/from-javascript.ts';
import { GoMap } from './values/value.ts';

export interface CompileOptions {
  /** Default `luet`: text/template with sprig, as luet has had it since 2022. `helm`: the engine of helm 3.3.4, as before. */
  readonly engine?: Engine;
  /** Name of the text in messages. Default '' for luet, `templates` for helm, as those programs have it. */
  readonly name?: string;
  readonly limits?: Partial<Limits>;
  /** What this text and others begin with, from `prepareStart` with the same options: it is parsed only once. Not used for a text that begins otherwise. */
  readonly start?: PreparedStart;
}

/** A parsed text with which other texts begin. */
export interface PreparedStart {
  readonly text: string;
  /** Up to where it is parsed; undefined when it has no such place. */
  readonly checkpoint: Checkpoint | undefined;
}

export interface ValuesOptions {
  /**
   * What the template sees as `.Values`: a map as `parseGoYaml` reads it, or plain data (whole numbers are integers, nested objects are
   * maps like those of YAML files, which sprig's dict functions refuse).
   */
  readonly values?: GoMap | Readonly<Record<string, unknown>>;
  /** Variables for `env` and `expandenv`. Default: none, all are empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each name that the template asked for, also those that are not set. */
  readonly onEnvRead?: (name: string) => void;
  /** The time for `now`, `ago` and dates without one. Default: none; those functions are refused. */
  readonly now?: Date;
  /** Source of randomness for `randAlphaNum`, `uuidv4`, `genPrivateKey` and the like. Default: none; they are refused. */
  readonly random?: (size: number) => Uint8Array;
}

export interface RenderOptions extends CompileOptions, ValuesOptions {}

/** A parsed text, to be rendered with several values. */
export interface CompiledTemplate {
  /** Names of the templates that the text defines, sorted; its own is not among them. */
  readonly definitions: readonly string[];
  render(options?: ValuesOptions): Result<string, TemplateError>;
}

export function compileTemplate(source: string, options: CompileOptions = {}): Result<CompiledTemplate, TemplateError> {
  const { name, engine, limits, parsing } = settle(options);
  const text = cleanText(source);
  return attempt(text, { name, engine }, () => {
    const { start } = options;
    const templates = parseTemplates(text, parsing, start !== undefined && text.startsWith(start.text) ? start.checkpoint : undefined);
    return {
      definitions: [...templates.keys()].filter((key) => key !== name).sort(),
      render: (given = {}) => attempt(text, { name, engine }, () => renderWith({ templates, name, engine, limits }, given)),
    };
  });
}

/** Parses what many texts begin with, such as templates that are put before each of them. A mistake in it is told when such a text is compiled. */
export function prepareStart(start: string, options: CompileOptions = {}): PreparedStart {
  const { name, engine, parsing } = settle(options);
  const text = cleanText(start);
  const found = attempt(text, { name, engine }, () => findCheckpoint(text, parsing));
  return { text, checkpoint: found.ok ? found.value : undefined };
}

interface Settled extends Named {
  readonly limits: Limits;
  readonly parsing: ParseOptions;
}

function settle(options: CompileOptions): Settled {
  const engine = options.engine ?? 'luet';
  const name = options.name ?? (engine === 'helm' ? 'templates' : '');
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const functions = functionsOf(engine);
  const parsing: ParseOptions = { name, isFunction: (word) => functions.has(word), suggest: (word) => suggestFunction(word, engine), nesting: limits.nesting };
  return { name, engine, limits, parsing };
}

/** Parses and renders in one go. Never throws because of the template or its values. */
export function renderTemplate(source: string, options: RenderOptions = {}): Result<string, TemplateError> {
  const compiled = compileTemplate(source, options);
  return compiled.ok ? compiled.value.render(options) : compiled;
}

interface Compiled {
  readonly templates: ReadonlyMap<string, Template>;
  readonly name: string;
  readonly engine: Engine;
  readonly limits: Limits;
}

function renderWith({ templates, name, engine, limits }: Compiled, given: ValuesOptions): string {
  // A copy, because `set` and `merge` change the maps that they are given.
  const values = given.values instanceof GoMap ? deepCopy(given.values) : fromJavaScript(given.values ?? {});
  const options: RenderingOptions = {
    templates,
    name,
    engine,
    values,
    meter: new Meter(limits),
    environment: given.env ?? {},
    onEnvRead: given.onEnvRead,
    now: given.now?.getTime(),
    random: given.random,
  };
  return cleanText(renderMain(options));
}

interface Named {
  readonly name: string;
  readonly engine: Engine;
}

/** The deepest recursion of all ends in a `RangeError` of the JavaScript engine; for the caller it is one more limit. */
function attempt<Value>(source: string, { name, engine }: Named, run: () => Value): Result<Value, TemplateError> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error: wordError(engine, error) };
    if (!isStackOverflow(error)) throw error;
    const reason = 'the template nests too deeply';
    return { ok: false, error: new TemplateError(`template: ${name}: ${reason}`, { code: 'limit', name, line: 1, column: 0, source, offset: 0, reason, cause: error }) };
  }
}
