import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { PROBLEM_CODES } from '../src/index.ts';

it('the table of problems in the README names every code and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const table = readme.slice(readme.indexOf('| code |'));
  const named = [...new Set(table.match(/LUET_[A-Z_]+/g))];
  expect(named.toSorted()).toEqual([...PROBLEM_CODES].toSorted());
});
