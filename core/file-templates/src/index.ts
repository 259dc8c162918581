// Public entry. Re-exports only.

export type { TemplateProblem, TemplateProblemKind } from './problem.ts';
export { render } from './render.ts';
export type { RenderOptions, RenderResult } from './render.ts';
