import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diagnosticsOf, messageOf, systemCode } from '../errors/expected.ts';
import type { Diagnostic, Place } from '../errors/diagnostic.ts';
import { showPath } from '../errors/place.ts';
import { throwingPlace } from '../errors/throwing-place.ts';

// Errors of importing the config as diagnostics: Node puts the place into the stack in three different ways, and for plain JavaScript not at all.

/** At least one diagnostic for whatever importing the config threw. */
export function explainImportFailure(error: unknown, file: string): [Diagnostic, ...Diagnostic[]] {
  const [first, ...more] = diagnosticsOf(error) ?? [];
  if (first !== undefined) {
    // A package that checks what it is given tells what is wrong; where that was written is in the stack.
    const given = throwingPlace(error);
    const placed = (diagnostic: Diagnostic): Diagnostic => (given === undefined || diagnostic.place !== undefined ? diagnostic : { ...diagnostic, place: given });
    return [placed(first), ...more.map(placed)];
  }
  if (error instanceof SyntaxError) return [explainSyntax(error, file)];
  if (systemCode(error) === 'ERR_MODULE_NOT_FOUND' || systemCode(error) === 'MODULE_NOT_FOUND' || systemCode(error) === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return [explainMissing(error, file)];
  const place = throwingPlace(error);
  return [
    {
      code: 'COS_CONFIG_THREW',
      severity: 'error',
      message: `The config threw while it was loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error)}`,
      place: place ?? { file },
    },
  ];
}

function explainSyntax(error: SyntaxError, file: string): Diagnostic {
  const place = decoratedPlace(error.stack) ?? decoratedPlace(parseFailure(file)) ?? { file };
  const isImport = error.message.includes('does not provide an export named');
  return {
    code: isImport ? 'COS_CONFIG_IMPORT' : 'COS_CONFIG_SYNTAX',
    severity: 'error',
    message: isImport ? `${error.message}.` : `The config is not valid: ${error.message.slice(0, 300)}`,
    place,
    ...(isImport ? { hint: 'Check the name, and write `import type` for types.' } : {}),
  };
}

/** `file:line`, the line, and carets below it, as V8 and Node print above the message. */
function decoratedPlace(stack: string | undefined): Place | undefined {
  const match = /^((?:file:\/\/)?\/[^\n]*):(\d+)\n([\s\S]*?)\n([ \t]*)(\^+)/.exec(stack ?? '');
  if (match === null) return endPlace(stack);
  const [, path = '', row = '1', shown = '', indent = '', carets = '^'] = match;
  const file = path.startsWith('file://') ? fileURLToPath(path) : path;
  return { file, line: lineWithin(file, Number(row), shown), column: indent.length + 1, length: carets.length };
}

/** At the end of a file there is nothing to put carets under. */
function endPlace(stack: string | undefined): Place | undefined {
  const [, path, row] = /^((?:file:\/\/)?\/[^\n]*):(\d+)\n/.exec(stack ?? '') ?? [];
  return path === undefined ? undefined : { file: path.startsWith('file://') ? fileURLToPath(path) : path, line: Number(row) };
}

// The parser of types names the line where its snippet is expected to start, and the snippet may be longer than one line: the mark is below its last one.
function lineWithin(file: string, row: number, shown: string): number {
  const snippet = shown.split('\n');
  if (snippet.length === 1) return row;
  const lines = readText(file)?.split('\n') ?? [];
  return lines[row - 1] === snippet[0] ? row + snippet.length - 1 : row;
}

// Plain JavaScript that does not parse carries no place. The parser of types takes JavaScript too and tells it.
function parseFailure(file: string): string | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    stripTypeScriptTypes(text, { sourceUrl: file });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.stack : undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The message stands without the line then.
    return undefined;
  }
}

function explainMissing(error: unknown, file: string): Diagnostic {
  const [line = ''] = messageOf(error).split('\n');
  const [, wanted, importer] = /Cannot find (?:package|module) '([^']+)'(?: imported from (.+))?/.exec(line) ?? [];
  const isPackage = wanted !== undefined && !/^(?:\/|\.|file:)/.test(wanted);
  const folder = dirname(importer ?? file);
  const shown = wanted?.startsWith('/') === true ? `./${showPath(wanted, folder)}`.replace(/^\.\/\//, '/') : wanted;
  return {
    code: 'COS_CONFIG_IMPORT',
    severity: 'error',
    message: shown === undefined ? `${line}.` : `Expected the module "${shown}", which the config imports; it is not there.`,
    place: importPlace(importer ?? file, wanted),
    hint: isPackage ? `Install it: npm install ${wanted}` : 'Check the path; relative imports carry their extension: "./targets.ts".',
  };
}

/** The text between the quotes of the import, found by the end of the path. */
function importPlace(file: string, wanted: string | undefined): Place {
  const tail = wanted?.split('/').at(-1)?.replace(/\.[cm]?[jt]s$/, '') ?? '';
  if (tail === '') return { file };
  for (const [index, line] of (readText(file) ?? '').split('\n').entries()) {
    const quoted = /\b(?:import|from|export)\b/.test(line) ? [...line.matchAll(/(['"])([^'"]+)\1/g)].find((match) => match[2]?.includes(tail)) : undefined;
    if (quoted !== undefined) return { file, line: index + 1, column: quoted.index + 2, length: quoted[2]?.length ?? 1 };
  }
  return { file };
}
