import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openRoot, readState } from '../src/index.ts';
import { contentOf, createWorld } from './rig/world.ts';

/** How often; more in the long repetitions. */
const rounds = Number(process.env['COS_TEST_KILLS'] ?? 12);

const entries = (version: string) => [
  { name: 'd/', type: '5', mode: 0o755 },
  ...Array.from({ length: 150 }, (_, index) => ({ name: `d/common${index}`, content: version })),
  ...Array.from({ length: 50 }, (_, index) => ({ name: `d/only-${version}-${index}`, content: version })),
];

/** Brings a root to a version in a process that is killed after `wait` milliseconds; answers whether it came to its end before. */
async function upgrade(repository: string, root: string, wait: number | undefined): Promise<boolean> {
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'rig/upgrade-once.ts'), repository, root], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const started = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  if (wait !== undefined) {
    await Promise.race([started, ended]);
    await Promise.race([delay(wait), ended]);
    child.kill('SIGKILL');
  }
  const code = await ended;
  if (code !== null && code !== 0) throw new Error(output);
  return code === 0;
}

test('a root whose upgrade is killed at any moment is the old one or the new one after the next command', { timeout: 600_000 }, async () => {
  await using world = await createWorld();
  await world.publish({ packages: [{ id: 'a/b@1', entries: entries('1') }] });
  await world.install(['a/b']);
  const old = world.content();
  await world.publish({ packages: [{ id: 'a/b@2', entries: entries('2') }] });
  const repository = join(world.folder, 'main');
  const copy = async (): Promise<string> => {
    const root = join(world.folder, `root-${Math.random().toString(36).slice(2)}`);
    mkdirSync(root);
    cpSync(world.root, root, { recursive: true, preserveTimestamps: true });
    return root;
  };
  const whole = await copy();
  const before = performance.now();
  await upgrade(repository, whole, undefined);
  const longest = performance.now() - before;
  const fresh = contentOf(whole);
  expect(Object.keys(fresh)).toHaveLength(201);
  let interrupted = 0;
  for (let round = 0; round < rounds; round += 1) {
    const root = await copy();
    if (!(await upgrade(repository, root, (Math.random() * longest) / 3))) interrupted += 1;
    // A command that changes nothing by itself.
    await upgrade(join(world.folder, 'empty'), root, undefined);
    const versions = readState(openRoot(root)).packages.map(({ version }) => version);
    expect(versions).toHaveLength(1);
    expect(contentOf(root)).toEqual(versions[0] === '1' ? old : fresh);
    expect(readdirSync(join(root, 'var/lib/cos'))).toEqual(['installed.json']);
  }
  expect(interrupted).toBeGreaterThan(0);
  expect(existsSync(repository)).toBe(true);
});

test('what a command leaves that is killed while it takes the lock, or writes the record, goes with the next', async () => {
  await using world = await createWorld();
  await world.publish({ packages: [{ id: 'a/b@1', entries: [{ name: 'x', content: '1' }] }] });
  const state = join(world.root, 'var/lib/cos');
  mkdirSync(state, { recursive: true });
  const ended = spawn('true');
  await new Promise((resolve) => ended.once('close', resolve));
  for (const name of [`.lock-${ended.pid}-1`, `heir-${'0'.repeat(24)}.lock`, 'installed.json.new', 'journal.json.new']) writeFileSync(join(state, name), 'half');
  // Somebody who lives waits for the lock with a file of this name.
  writeFileSync(join(state, `.lock-${process.pid}-1000`), 'whole');
  await world.install(['a/b']);
  expect(readdirSync(state).sort()).toEqual([`.lock-${process.pid}-1000`, 'installed.json']);
});
