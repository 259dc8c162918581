import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkout } from '../rig/workspace.ts';

const pages = ['README.md', ...['docs', 'docs/dev'].flatMap((folder) => readdirSync(join(checkout, folder)).filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`))];

describe('the documents', () => {
  test.each(pages)('%s links only to what is there', (page) => {
    const text = readFileSync(join(checkout, page), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map((match) => match[1] ?? '').filter((target) => !/^[a-z]+:/.test(target));
    expect(targets.filter((target) => !existsSync(resolve(checkout, dirname(page), target)))).toEqual([]);
  });

  test('README names only scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const named = [...readFileSync(join(checkout, 'README.md'), 'utf8').matchAll(/npm (?:run )?(start|test|soak|bench|[a-z]+)\b/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => name !== 'packages' && name !== 'run' && !(name in scripts))).toEqual([]);
  });
});
