// The smallest template engine: for trees without actions. What needs a real engine says so by failing.
import type { RenderTemplate } from '../../src/index.ts';

export const render: RenderTemplate = ({ source }) => {
  const line = source.split('\n').findIndex((text) => text.includes('{{'));
  return line === -1 ? { ok: true, text: source } : { ok: false, message: 'this engine knows no actions', line: line + 1, column: 1 };
};
