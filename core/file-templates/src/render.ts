import { compile } from './compile.ts';
import { copyData } from './data.ts';
import { createProblem, TemplateFault, type TemplateProblem } from './problem.ts';
import { createHelpers } from './runtime.ts';

export interface RenderOptions {
  /** Name of the template, for messages. */
  readonly name: string;
  /** Plain data: maps, lists, text, numbers, true, false, null. */
  readonly data: object;
  /** Bound of the output in UTF-16 units; default 4 Mi. */
  readonly maxLength?: number;
}

export type RenderResult = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: TemplateProblem };

const DEFAULT_MAX_LENGTH = 4 * 1024 * 1024;

/**
 * Renders a Handlebars template. Nothing is escaped; every name that the template mentions must be in the data (also in conditions: give null or false
 * for what is absent). The text depends on template and data alone. Problems of template and data are values; a throw is a bug.
 */
export function render(source: string, options: RenderOptions): RenderResult {
  const maxLength = options.maxLength ?? DEFAULT_MAX_LENGTH;
  try {
    const { run, sites } = compile(source);
    const text = run(copyData(options.data), { helpers: createHelpers(sites, maxLength), allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false });
    if (text.length > maxLength) {
      throw new TemplateFault({ kind: 'too-large', message: `the output is larger than ${maxLength} characters`, expected: `at most ${maxLength} characters` });
    }
    return { ok: true, text };
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return { ok: false, problem: createProblem(options.name, source, error.fault, error.place) };
  }
}
