import { CORE_SCHEMA, dump, EVENT_ID, getScalarValue, load, loadAll, mergeTag, parseEvents, YAMLException, type Event } from 'js-yaml';
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

/**
 * Lines of keys, counted from 1, by {@link keyPath}. Keys that come through an alias or a merge are missing: their line is that of the key above them. Empty
 * when the text is no YAML.
 */
export function locateKeys(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let events: readonly Event[];
  try {
    events = parseEvents(text, {});
  } catch {
    // Reading it has said so.
    return lines;
  }
  let next = 0;
  const skip = (path: readonly string[] | undefined): void => {
    const event = events[next];
    next += 1;
    if (event === undefined || event.type === EVENT_ID.POP) return;
    if (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE && event.type !== EVENT_ID.DOCUMENT) return;
    while (next < events.length && events[next]?.type !== EVENT_ID.POP) {
      if (event.type !== EVENT_ID.MAPPING) {
        skip(event.type === EVENT_ID.DOCUMENT ? path : undefined);
        continue;
      }
      const key = events[next];
      const below = path === undefined || key?.type !== EVENT_ID.SCALAR ? undefined : [...path, getScalarValue(text, key)];
      if (below !== undefined && key?.type === EVENT_ID.SCALAR) lines.set(keyPath(below), text.slice(0, Math.max(0, key.valueStart)).split('\n').length);
      skip(undefined);
      skip(below);
    }
    next += 1;
  };
  skip([]);
  return lines;
}

/** Plain data as a document: keys in code-unit order, no line broken, texts quoted wherever some reader could take them for something else. */
export function printYaml(value: object): string {
  return dump(value, { sortKeys: (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0), lineWidth: -1, noRefs: true });
}

/** A path of keys as one text: joined by dots, which inside of a key are written `\.`, as `--set` takes it. */
export function keyPath(path: readonly string[]): string {
  return path.map((key) => key.replaceAll('.', '\\.')).join('.');
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
