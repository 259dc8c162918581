import { benchEngine } from './engine.ts';
import type { Figure } from './measure.ts';
import { benchRegistry } from './registry.ts';
import { benchRepository } from './repository.ts';
import { benchSquash } from './squash.ts';
import { benchTrees } from './trees.ts';

// `npm run bench [-- name ...] [-- --json]`: each figure is a ratio to a floor that is measured in the same run.

const benchmarks: Readonly<Record<string, () => Promise<readonly Figure[]> | AsyncIterable<Figure>>> = { engine: benchEngine, trees: benchTrees, squash: benchSquash, registry: benchRegistry, repository: benchRepository };

const words = process.argv.slice(2);
const json = words.includes('--json');
const names = words.filter((word) => word !== '--json');
const unknown = names.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}
for (const [name, run] of Object.entries(benchmarks)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const figures = run();
  // Those that take long come one by one.
  for await (const figure of 'then' in figures ? await figures : figures) process.stdout.write(json ? `${JSON.stringify(figure)}\n` : lineOf(figure));
}

function lineOf({ name, value, unit, floor, ratio, aim }: Figure): string {
  const verdict = aim === undefined ? '' : `   below ${aim.toFixed(2)}: ${ratio < aim ? 'yes' : 'NO'}`;
  return `${name.padEnd(64)} ${value.toFixed(0).padStart(7)} ${unit.padEnd(4)}   floor ${floor.toFixed(0).padStart(6)} ${unit.padEnd(4)}   ratio ${ratio.toFixed(2)}${verdict}\n`;
}
