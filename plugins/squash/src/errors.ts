import { CosError, type Diagnostic } from '@cos/core';
import type { codes } from './codes.ts';

// How failures of this plugin are made: every code has one hint that says what to do.

export type Code = keyof typeof codes;

export type FailDetails = Partial<Pick<Diagnostic, 'notes' | 'hint' | 'place' | 'source'>> & { readonly cause?: unknown };

/** Throws a failure. */
export function fail(code: Code, message: string, details: FailDetails = {}): never {
  throw failureOf(code, message, details);
}

export function failureOf(code: Code, message: string, details: FailDetails = {}): CosError {
  const { cause, ...rest } = details;
  return new CosError({ code, severity: 'error', message, hint: hints[code], ...rest }, cause === undefined ? {} : { cause });
}

const hints: Readonly<Record<Code, string>> = {
  COS_SQUASH_RECIPE_FORM: 'Give the output of the template plugin\'s stage "render" to the input "recipe".',
  COS_SQUASH_DEFINITION: 'Give the definition.yaml or collection.yaml that the package stands in to the input "definition".',
  COS_SQUASH_IMAGES: 'Give the outputs of docker-build\'s stage "image" to the inputs "builder" and "image".',
  COS_SQUASH_PATTERN: 'Correct the pattern in build.yaml; look-around and back-references are not part of RE2.',
  COS_SQUASH_PACKAGE_DIR: 'Name a folder that the steps make, as an absolute path such as /output.',
  COS_SQUASH_IMAGE_FORM: 'Run again; if it stays so, the image in the engine is damaged: remove it.',
  COS_SQUASH_METADATA: 'Give the output `metadata` of the stage "archive" to the input "metadata".',
  COS_SQUASH_ARCHIVE_UNKNOWN: 'Give a path relative to the current folder, or a package of the folder that --in names.',
  COS_SQUASH_ARCHIVE_AMBIGUOUS: 'Name the version as category/name@version, the folder with --in, or the archive itself.',
  COS_SQUASH_ARCHIVE_FORM: 'The file is no package archive, or was cut off: build it again, or copy it again.',
};
