import { fileURLToPath } from 'node:url';

/**
 * Where a function was called from, as `file:line:column`, for the note "declared here". Frames of `above` and everything that it calls are left out, and
 * compiled code of packages too, as long as something else is left: who reads the message can mend the config, not a package that wraps the call.
 * Undefined when the engine of the language does not tell.
 */
// `never[]`: any function is a mark in the stack.
export function callerOf(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, above);
  const places = (holder.stack ?? '').split('\n').flatMap((line) => placeOf(line) ?? []);
  const own = places.find(({ file }) => !/\/(node_modules|dist)\//.test(file));
  const { file, position } = own ?? places[0] ?? {};
  return file === undefined || position === undefined ? undefined : `${file}:${position}`;
}

function placeOf(frame: string): { readonly file: string; readonly position: string } | undefined {
  const match = /^\s*at .*?((?:file:\/\/)?\/[^()]*):(\d+:\d+)\)?$/.exec(frame);
  const [, file, position] = match ?? [];
  if (file === undefined || position === undefined) return undefined;
  return { file: file.startsWith('file://') ? fileURLToPath(file) : file, position };
}
