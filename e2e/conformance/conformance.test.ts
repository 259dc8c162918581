// The command itself: what it says and how it ends.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const checkout = resolve(import.meta.dirname, '../..');

function runConformance(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { INIT_CWD: _, ...env } = process.env;
  return spawnSync(process.execPath, ['--conditions=source', join(checkout, 'e2e/conformance/main.ts'), ...args], { encoding: 'utf8', cwd: checkout, env });
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('all vectors of the fixtures pass, and the last line counts them', () => {
  const { status, stdout } = runConformance();
  const [, passed, failed] = /\n(\d+) passed, (\d+) failed\n$/.exec(stdout) ?? [];
  expect(stdout).not.toContain('FAILED');
  expect({ status, failed }).toEqual({ status: 0, failed: '0' });
  expect(Number(passed)).toBeGreaterThan(1850);
});

test('a vector that is not met is named with what was expected and what was found', () => {
  const folder = temporaryFolder();
  const vectors = [{ name: 'right', template: 'a{{ 1 }}', expect: 'a1' }, { name: 'wrong', template: 'a{{ 1 }}', expect: 'a2' }];
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'templates/some.json'), JSON.stringify(vectors));
  const { status, stdout } = runConformance('--vectors', folder);
  expect(status).toBe(1);
  expect(stdout).toBe(`FAILED templates/some.json: wrong
  rendered alone: expected { text: 'a2' }
                     found { text: 'a1' }
  rendered as a recipe: expected { text: 'a2' }
                           found { text: 'a1' }
vectors: 1 of 2 as expected
1 passed, 1 failed
`);
});

test.each([
  ['phase', { phase: 'exec', line: 2, col: 3 }],
  ['line', { phase: 'parse', line: 1 }],
])('an error of another %s is a failure', (_, error) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'x.json'), JSON.stringify([{ name: 'one', template: 'a\n{{ nothing }}', error }]));
  expect(runConformance('--vectors', folder)).toMatchObject({ status: 1, stdout: expect.stringMatching(/\n0 passed, 1 failed\n$/) });
});

test('templates of legacy-helm are rendered by the engine of that time', () => {
  const folder = temporaryFolder();
  const vectors = [{ name: 'required', template: '{{ required "x" .Values.a }}', values: { a: 1 }, expect: '1' }];
  for (const name of ['legacy-helm', 'templates']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'some.json'), JSON.stringify(vectors));
  }
  const { stdout } = runConformance('--vectors', folder);
  expect(stdout.match(/^FAILED .*$/gm)).toEqual(['FAILED templates/some.json: required']);
});

test('trees, values and Dockerfiles belong to the vectors beside them', () => {
  const folder = temporaryFolder();
  cpSync(join(checkout, 'core/luet/test/fixtures/luet'), join(folder, 'luet'), { recursive: true });
  const recipe = join(folder, 'luet/trees/chain/m/build.yaml');
  writeFileSync(recipe, `${readFileSync(recipe, 'utf8')}env:\n- A=1\n`);
  const { stdout } = runConformance('--vectors', folder);
  const names = stdout.match(/^FAILED .*$/gm);
  expect(names).toContain('FAILED luet/tags.json: chain t/m');
  expect(names).toContain('FAILED luet/dockerfiles/chain: m-t-1.0.dockerfile');
  expect(names).not.toContain('FAILED luet/tags.json: chain t/base');
});

test.each([
  ['a folder that does not exist', ['--vectors', '/nonexistent'], '"/nonexistent" is no folder.'],
  ['an unknown option', ['--vector', '/tmp'], "Unknown option '--vector'"],
])('%s is refused', (_, args, message) => {
  const { status, stderr } = runConformance(...args);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

test('a folder without vectors is refused, and files of no known kind are named', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'other.json'), '{"a": 1}');
  expect(runConformance('--vectors', folder)).toMatchObject({ status: 2, stdout: 'SKIPPED other.json: no vectors of a known kind\n', stderr: expect.stringContaining('no vectors') });
});

test('package trees are read from a git repository, and a commit that it lacks is a failure', () => {
  const folder = temporaryFolder();
  expect(runConformance('--cos-trees', folder)).toMatchObject({ status: 2, stderr: expect.stringContaining('git repository') });
  expect(spawnSync('git', ['init', '-q', folder]).status).toBe(0);
  const { status, stdout } = runConformance('--cos-trees', folder);
  expect(status).toBe(1);
  expect(stdout).toMatch(/FAILED cOS-toolkit e774dff42: commit/);
  expect(stdout).toMatch(/\n0 passed, 3 failed\n$/);
});
