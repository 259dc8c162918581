import type { Digest } from '../model/identity.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { RecordedInput, TaskRecord } from '../model/task-record.ts';

// What differs between two records, field by field: the data behind `cos why` and the one-line reason of a task that starts.

export interface FileChange {
  /** Workspace path, or a path below the output's folder. */
  readonly path: string;
  readonly change: 'changed' | 'new' | 'removed';
}

/** `before` or `after` is absent where the thing was not there. */
export type Difference =
  | { readonly what: 'option' | 'plugin option'; readonly path: string; readonly before?: Json; readonly after?: Json }
  | { readonly what: 'tool' | 'variable'; readonly name: string; readonly before?: string | null; readonly after?: string | null }
  | { readonly what: 'stage version' | 'source date epoch'; readonly before: number; readonly after: number }
  | { readonly what: 'platform'; readonly before: string | null; readonly after: string | null }
  | {
      readonly what: 'input';
      readonly port: string;
      /** Workspace path of a source, or `task key:output`. */
      readonly from: string;
      readonly before?: Digest;
      readonly after?: Digest;
      /** Of sources whose earlier content is known file by file. */
      readonly files?: readonly FileChange[];
    }
  | { readonly what: 'order of inputs'; readonly port: string };

/** Names the files that differ between two contents of an input; undefined when one of them is not known file by file. */
export type CompareFiles = (from: string, before: Digest, after: Digest) => readonly FileChange[] | undefined;

export function compareRecords(before: TaskRecord, after: TaskRecord, compareFiles: CompareFiles = () => undefined): readonly Difference[] {
  const differences: Difference[] = [];
  if (before.stageVersion !== after.stageVersion) differences.push({ what: 'stage version', before: before.stageVersion, after: after.stageVersion });
  compareInputs(before, after, compareFiles, differences);
  compareJson('option', before.options, after.options, '', differences);
  compareJson('plugin option', before.pluginOptions, after.pluginOptions, '', differences);
  compareText('tool', before.tools, after.tools, differences);
  compareText('variable', before.env, after.env, differences);
  if (before.platform !== after.platform) differences.push({ what: 'platform', before: before.platform, after: after.platform });
  if (before.sourceDateEpoch !== after.sourceDateEpoch) differences.push({ what: 'source date epoch', before: before.sourceDateEpoch, after: after.sourceDateEpoch });
  return differences;
}

/** One line for a difference. */
export function describeDifference(difference: Difference): string {
  switch (difference.what) {
    case 'input': {
      const { port, from, before, after, files } = difference;
      if (before === undefined) return `input \`${port}\` is new: ${from}`;
      if (after === undefined) return `input \`${port}\` lost ${from}`;
      const [first, ...rest] = files ?? [];
      if (first === undefined) return `input \`${port}\` changed: ${from}`;
      const how = first.change === 'changed' ? '' : first.change === 'new' ? ' is new' : ' was removed';
      return `input \`${port}\` changed: ${first.path}${how}${rest.length > 0 ? ` and ${rest.length} more` : ''}`;
    }
    case 'order of inputs':
      return `the order of input \`${difference.port}\` changed`;
    case 'option':
    case 'plugin option':
      return change(`${difference.what} \`${difference.path}\``, difference.before, difference.after);
    case 'tool':
    case 'variable':
      return change(`${difference.what} \`${difference.name}\``, difference.before ?? undefined, difference.after ?? undefined);
    case 'platform':
    case 'stage version':
    case 'source date epoch':
      return change(`the ${difference.what}`, difference.before ?? undefined, difference.after ?? undefined);
    default: {
      const never: never = difference;
      return never;
    }
  }
}

function change(what: string, before: Json | undefined, after: Json | undefined): string {
  if (before === undefined) return `${what} is new: ${short(after)}`;
  if (after === undefined) return `${what} is not set any more: it was ${short(before)}`;
  return `${what} changed: ${short(before)} → ${short(after)}`;
}

function short(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function compareInputs(before: TaskRecord, after: TaskRecord, compareFiles: CompareFiles, differences: Difference[]): void {
  for (const port of new Set([...Object.keys(before.inputs), ...Object.keys(after.inputs)])) {
    const old = before.inputs[port] ?? [];
    const now = after.inputs[port] ?? [];
    const found = comparePort(port, old, now, compareFiles);
    differences.push(...found);
    const digests = (list: readonly RecordedInput[]): string => list.map(({ kind, digest }) => `${kind} ${digest}`).join('\n');
    if (found.length === 0 && digests(old) !== digests(now)) differences.push({ what: 'order of inputs', port });
  }
}

function comparePort(port: string, old: readonly RecordedInput[], now: readonly RecordedInput[], compareFiles: CompareFiles): Difference[] {
  const differences: Difference[] = [];
  const left = [...old];
  const news: RecordedInput[] = [];
  for (const input of now) {
    const at = left.findIndex(({ from }) => from === input.from);
    const match = left[at];
    if (match === undefined) news.push(input);
    else {
      left.splice(at, 1);
      if (match.digest !== input.digest) {
        const files = compareFiles(input.from, match.digest, input.digest);
        differences.push({ what: 'input', port, from: input.from, before: match.digest, after: input.digest, ...(files === undefined ? {} : { files }) });
      }
    }
  }
  for (const input of news) {
    // The same bytes from elsewhere are the same input.
    const at = left.findIndex(({ digest, kind }) => digest === input.digest && kind === input.kind);
    if (at >= 0) left.splice(at, 1);
    else differences.push({ what: 'input', port, from: input.from, after: input.digest });
  }
  return [...differences, ...left.map((input) => ({ what: 'input', port, from: input.from, before: input.digest }) as const)];
}

function compareJson(what: 'option' | 'plugin option', before: Json | undefined, after: Json | undefined, path: string, differences: Difference[]): void {
  if (isObject(before) && isObject(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      compareJson(what, before[key], after[key], path === '' ? key : `${path}.${key}`, differences);
    }
    return;
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  differences.push({ what, path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compareText(what: 'tool' | 'variable', before: Readonly<Record<string, string | null>>, after: Readonly<Record<string, string | null>>, differences: Difference[]): void {
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    const old = before[name];
    const now = after[name];
    if (old !== now) differences.push({ what, name, ...(old === undefined ? {} : { before: old }), ...(now === undefined ? {} : { after: now }) });
  }
}
