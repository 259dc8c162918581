import { CORE_SCHEMA, load, loadAll, mergeTag, YAMLException } from 'js-yaml';
import { messageOf } from '../errors/expected.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';

// The only door to js-yaml. YAML 1.2 core schema with merge keys: `yes` is text, `010` is ten, times stay text.

const schema = CORE_SCHEMA.withTags(mergeTag);

/** Reads one document; nothing at all is null. Problems carry line and column. */
export function readYaml(text: string, file: string, code: string): Result<unknown> {
  try {
    const documents: unknown[] = loadAll(text, { schema, filename: file });
    if (documents.length > 1) return failure({ code, severity: 'error', message: `Expected one YAML document; found ${documents.length}.`, place: { file } });
    return success(documents[0] ?? null);
  } catch (error) {
    // The library documents that it may throw others (stack, limits); for the user all of them mean the same.
    return failure(error instanceof YAMLException ? problem(error, text, file, code) : { code, severity: 'error', message: `The file cannot be read as YAML: ${messageOf(error)}.`, place: { file } });
  }
}

/** Reads a scalar or flow value, as in `--set key=value`. Undefined when it is not well formed. */
export function readYamlValue(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: load(text, { schema }) };
  } catch {
    // Not YAML, by whatever limit of the reader.
    return undefined;
  }
}

function problem(error: YAMLException, source: string, file: string, code: string): Diagnostic {
  const template = source.split('\n').findIndex((line) => /:\s*\{\{/.test(line));
  return {
    code,
    severity: 'error',
    message: `The file is not valid YAML: ${error.reason}.`,
    place: error.mark === undefined ? { file } : { file, line: error.mark.line + 1, column: error.mark.column + 1 },
    source,
    ...(template >= 0 ? { hint: `Line ${template + 1} has a template expression: values files are plain YAML, templates stand in the files that use them.` } : {}),
  };
}
