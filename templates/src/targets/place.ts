import type { ArtifactRef } from '@cos/core';
import type { StandardContext } from './context.ts';

/** With several derivatives or platforms each has a folder of its own: `my-os/amd64/my-os.iso`. */
export function place<T extends ArtifactRef | readonly ArtifactRef[]>({ scope }: StandardContext, outputs: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return scope === undefined ? outputs : Object.fromEntries(Object.entries(outputs).map(([path, output]) => [`${scope}/${path}`, output]));
}
