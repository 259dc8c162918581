import type { Diagnostic, Place } from '@cos/core';
import type { ResolvedPackage } from '@cos/luet';

export interface TemplateFilesRequest {
  readonly package: ResolvedPackage;
  /** definition.yaml or collection.yaml, and its text. */
  readonly file: string;
  readonly text: string;
  readonly report: (diagnostic: Diagnostic) => void;
}

/**
 * Files of a package that are rendered before the build: what its definition lists under `templates`. That key is a plain template value, too, and may have
 * another meaning in foreign trees, so another form is a warning only.
 */
export function templateFiles({ package: one, file, text, report }: TemplateFilesRequest): readonly string[] {
  const given = one.values.entries.get('templates');
  if (given === undefined) return [];
  const id = `${one.category}/${one.name}@${one.version}`;
  if (!Array.isArray(given) || !given.every((item) => typeof item === 'string')) {
    report({
      code: 'COS_RESOLVE_WRONG_TYPE',
      severity: 'warning',
      message: `"templates" of ${id} is no list of file names: no file is rendered before the build.`,
      place: placeOf(file, text, 'templates'),
      hint: 'Write a list, also for one file: templates: [os-release]',
    });
    return [];
  }
  const escaping = given.filter((path) => !isInside(path));
  for (const path of escaping) {
    report({
      code: 'COS_RESOLVE_BAD_PATH',
      severity: 'error',
      message: `"templates" of ${id} names ${JSON.stringify(path)}: expected a file below the folder of the package.`,
      place: placeOf(file, text, path),
    });
  }
  return given.filter((path) => !escaping.includes(path));
}

function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.includes('\0') && path.split('/').every((part) => part !== '..' && part !== '.' && part !== '');
}

/** The first line behind the key that has the word. */
function placeOf(file: string, text: string, word: string): Place {
  const lines = text.split('\n');
  const key = lines.findIndex((line) => line.startsWith('templates'));
  const index = lines.findIndex((line, at) => at >= key && line.includes(word));
  return key < 0 || index < 0 ? { file } : { file, line: index + 1, column: (lines[index] ?? '').indexOf(word) + 1, length: word.length };
}
