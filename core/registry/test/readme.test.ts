import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { registryErrorCodes } from '../src/index.ts';
import { startRegistry } from '../src/testing.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, text = '']) => text);

it('the table of errors names every code and no other', () => {
  const rows = [...readme.slice(readme.indexOf('## Errors')).matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  expect(rows).toEqual(registryErrorCodes);
});

it('the programs of the README do what they say', async () => {
  await using server = await startRegistry();
  const run = async (program: string): Promise<string> => {
    const words = ['--conditions=source', '--input-type=module-typescript', '--eval', program.replaceAll('localhost:5000', server.host)];
    return (await promisify(execFile)(process.execPath, words, { cwd: fileURLToPath(new URL('..', import.meta.url)) })).stdout;
  };
  expect(await run(programs[0]!)).toBe("hello\n[ '1' ] true\n");
  expect(await run(programs[1]!)).toMatch(/^127\.0\.0\.1:\d+ \//);
  expect(programs).toHaveLength(2);
});
