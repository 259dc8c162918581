import { framesOf } from './stack-frames.ts';

/**
 * Where a function was called from, as `file:line:column`, for the note "declared here". Frames of `above` and everything that it calls are left out, and
 * compiled code of packages too, as long as something else is left: who reads the message can mend the config, not a package that wraps the call.
 * Behind an `await` the stack may hold nothing else: `fallback` is told then, or that code for want of it. Undefined when the engine of the language does not
 * tell.
 */
// `never[]`: any function is a mark in the stack.
export function callerOf(above: (...args: never[]) => unknown, fallback?: string): string | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, above);
  const frames = framesOf(holder.stack ?? '');
  const own = frames.find(({ file }) => !/\/(node_modules|dist)\//.test(file));
  if (own === undefined && fallback !== undefined) return fallback;
  const frame = own ?? frames[0];
  return frame === undefined ? undefined : `${frame.file}:${frame.line}:${frame.column}`;
}
