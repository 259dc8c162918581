import { fileURLToPath } from 'node:url';

/**
 * Where a function was called from, as `file:line:column`, for the note "declared here". Frames of `above` and everything that it calls are left out.
 * Undefined when the engine of the language does not tell.
 */
// `never[]`: any function is a mark in the stack.
export function callerOf(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, above);
  const frame = holder.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  const match = frame === undefined ? null : /\(?((?:file:\/\/)?\/[^()]*):(\d+):(\d+)\)?$/.exec(frame.trim().replace(/^at (?:async )?/, '').replace(/^.* \(/, '('));
  if (match === null) return undefined;
  const [, file = '', line = '', column = ''] = match;
  return `${file.startsWith('file://') ? fileURLToPath(file) : file}:${line}:${column}`;
}
