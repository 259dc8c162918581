import { readFile } from 'node:fs/promises';
import { CosError, type Json } from '@cos/core';
import type { PackerCode } from './codes.ts';

/** A template's source text. Undefined stands for the one of this plugin. */
export interface TemplateSource {
  /** For messages: the path of the file. */
  readonly name: string;
  readonly text: string;
}

/** Beside `src` and beside `dist`. A change of this file needs a new `version` of the stage. */
const ownTemplate = new URL('../templates/qemu.pkr.json.hbs', import.meta.url);

/** The JSON text of a Packer template, two spaces of indentation. Throws COS_PACKER_TEMPLATE for a source of the user that is not good. */
export async function renderTemplate(given: TemplateSource | undefined, data: object): Promise<string> {
  const source = given ?? { name: 'qemu.pkr.json.hbs', text: await readFile(ownTemplate, 'utf8') };
  // Loaded when it is needed: every command would wait for it.
  const { render } = await import('@cos/file-templates');
  const result = render(source.text, { name: source.name, data });
  if (!result.ok) {
    const { message, line, column, length, expected, found, hint } = result.problem;
    throw new CosError({
      code: 'COS_PACKER_TEMPLATE' satisfies PackerCode,
      severity: 'error',
      message: `${message}${expected === undefined ? '' : `; expected ${expected}`}${found === undefined ? '' : `, found ${found}`}`,
      ...(line === undefined ? {} : { place: { file: source.name, line, ...(column === undefined ? {} : { column }), ...(length === undefined ? {} : { length }) } }),
      source: source.text,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return `${JSON.stringify(parse(result.text, source.name), null, 2)}\n`;
}

function parse(text: string, name: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    throw new CosError(
      {
        code: 'COS_PACKER_TEMPLATE' satisfies PackerCode,
        severity: 'error',
        message: `${name} does not render to JSON: ${error instanceof Error ? error.message : String(error)}.`,
        hint: 'Write values with {{json ...}}, and no comma after the last one.',
      },
      { cause: error },
    );
  }
}
