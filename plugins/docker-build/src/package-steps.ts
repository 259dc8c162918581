import type { Dockerfile } from '@cos/luet';
import type { BuildStep } from './engine/build-image.ts';

/** The instructions of a package's Dockerfile: messages name the items of the recipe, because the Dockerfile is no file of the user's. */
export function packageSteps({ instructions }: Dockerfile): readonly BuildStep[] {
  return instructions.map(({ text, line, origin }) => (origin === undefined ? { text, line } : { text, line, part: `${origin.list}[${origin.index}]`, item: `${origin.list}[${origin.index}] of its recipe` }));
}
