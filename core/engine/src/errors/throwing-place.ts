import type { Place } from './diagnostic.ts';
import { framesOf } from './stack-frames.ts';

/** The first frame of the stack that lies in a file of the user: neither Node's own nor compiled code of packages, which may be linked from elsewhere. */
export function throwingPlace(error: unknown): Place | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  return framesOf(error.stack).find(({ file }) => !/\/(node_modules|dist)\//.test(file));
}
