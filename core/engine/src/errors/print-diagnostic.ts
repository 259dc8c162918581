import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeFrame } from './code-frame.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { createPaint, type Paint } from './paint.ts';
import { showPlace } from './place.ts';
import { printable } from './printable.ts';

// A diagnostic as text for people: what and code, where with the lines around, notes, the last output, what to do.

export interface PrintOptions {
  /** Places are shown relative to this folder and read below it. */
  readonly workspace: string;
  readonly color: boolean;
}

export function printDiagnostic(diagnostic: Diagnostic, options: PrintOptions): string {
  const paint = createPaint(options.color);
  const title = diagnostic.severity === 'error' ? paint.red(paint.bold('error')) : paint.yellow(paint.bold('warning'));
  const [head = '', ...more] = printable(diagnostic.message).split('\n');
  const lines = [`${title} ${paint.dim(diagnostic.code)}: ${paint.bold(head)}`, ...more.map((line) => `  ${line}`)];
  if (diagnostic.task !== undefined) lines.push(`  task: ${printable(diagnostic.task)}`);
  if (diagnostic.place !== undefined) lines.push(...printPlace(diagnostic.place, diagnostic.source, options, paint));
  if (diagnostic.output !== undefined && diagnostic.output.length > 0) {
    lines.push('  last output:', ...diagnostic.output.map((line) => `    ${paint.dim('|')} ${printable(line)}`));
  }
  for (const note of diagnostic.notes ?? []) {
    lines.push(`  ${paint.blue('note')}: ${indentRest(printable(note.message))}`);
    if (note.place !== undefined) lines.push(...printPlace(note.place, undefined, options, paint));
  }
  if (diagnostic.hint !== undefined) lines.push(`  ${paint.green('hint')}: ${indentRest(printable(diagnostic.hint))}`);
  return lines.join('\n');
}

/** All of them, errors last so that they stand nearest to the prompt, a blank line between. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], options: PrintOptions): string {
  const ordered = [...diagnostics.filter(({ severity }) => severity === 'warning'), ...diagnostics.filter(({ severity }) => severity === 'error')];
  return ordered.map((diagnostic) => printDiagnostic(diagnostic, options)).join('\n\n');
}

function printPlace(place: Place, source: string | undefined, options: PrintOptions, paint: Paint): readonly string[] {
  const text = source ?? readSource(resolve(options.workspace, place.file));
  const frame = text === undefined ? undefined : codeFrame(text, place);
  return [`  ${paint.blue('at')} ${printable(showPlace(place, options.workspace))}`, ...(frame === undefined ? [] : frame.split('\n').map((line) => `    ${line}`))];
}

function indentRest(text: string): string {
  return text.replaceAll('\n', '\n        ');
}

/** The text of a file, or undefined where there is none to show: the message is printed without its lines then. */
function readSource(file: string): string | undefined {
  try {
    return statSync(file).size > maxSource ? undefined : readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const maxSource = 4 * 1024 * 1024;
