import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Endpoint } from '../../src/engine/endpoint.ts';
import { createProcessName } from '../../src/process-identity.ts';
import { PushNames } from '../../src/store/push-names.ts';

const engine: Endpoint = { kind: 'socket', path: '/run/a.sock', origin: 'a test' };
const repository = '127.0.0.1:40000/cos-0123456789abcdef';
/** The name of a process of this machine that is gone: no process has such an id. */
const gone = (): string => createProcessName().replace(/-\d+(?=-\d+-\d+-\d+-[0-9a-f]+$)/, '-4194305');

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'cos-pushes-')), 'pushes');
});
afterEach(async () => rm(join(folder, '..'), { recursive: true }));

it('names that dead processes left are found, those of running ones stay, and what is taken away is forgotten', async () => {
  const names = new PushNames(folder, engine);
  expect(names.left()).toEqual([]);
  const [dead, running] = [{ repository, tag: gone() }, { repository, tag: createProcessName() }];
  expect([names.note(dead), names.note(running)]).toEqual([true, true]);
  expect(new PushNames(folder, engine).left()).toEqual([dead]);
  names.forget(dead);
  expect(names.left()).toEqual([]);
  expect(await readdir(folder)).toEqual([running.tag]);
});

it('a name is of the engine that has it', async () => {
  new PushNames(folder, engine).note({ repository, tag: gone() });
  expect(new PushNames(folder, { ...engine, path: '/run/b.sock' }).left()).toEqual([]);
  expect(await readdir(folder)).toHaveLength(1);
});

it('what is no name is never asked of an engine, and goes', async () => {
  const names = new PushNames(folder, engine);
  names.note({ repository: 'debian', tag: gone() });
  names.note({ repository: '127.0.0.1:1/../../containers/x', tag: gone() });
  await writeFile(join(folder, gone()), '');
  await writeFile(join(folder, 'of somebody else'), 'x');
  expect(names.left()).toEqual([]);
  expect(await readdir(folder)).toEqual(['of somebody else']);
});

it('where nothing can be noted no name may be given', async () => {
  await writeFile(folder, 'a file');
  const names = new PushNames(folder, engine);
  expect(names.note({ repository, tag: createProcessName() })).toBe(false);
  expect(names.left()).toEqual([]);
});
