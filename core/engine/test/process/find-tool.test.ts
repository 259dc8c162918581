import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findTool, probeTool } from '../../src/process/find-tool.ts';
import { createToolMemo } from '../../src/process/tool-memo.ts';

const folder = mkdtempSync(join(tmpdir(), 'cos-tools-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const calls = join(folder, 'calls');
const install = (name: string, script: string) => writeFileSync(join(folder, name), `#!/bin/sh\necho "$0 $@" >>${calls}\n${script}\n`, { mode: 0o755 });
const callCount = () => (existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').length - 1 : 0);
const host = (memo = createToolMemo(undefined)) => ({ path: `${folder}:relative/folder:/usr/bin`, memo, signal: new AbortController().signal });

describe('finding a tool', () => {
  test('takes the first executable of PATH, and never a path', () => {
    install('frob', 'echo 1.0');
    expect(findTool('frob', folder)).toBe(join(folder, 'frob'));
    expect(findTool('sh', '')).toMatch(/\/sh$/);
    expect(findTool('./frob', folder)).toBeUndefined();
    expect(findTool('nonesuch-tool', folder)).toBeUndefined();
    chmodSync(join(folder, 'frob'), 0o644);
    expect(findTool('frob', folder)).toBeUndefined();
  });
});

describe('probing a tool', () => {
  test('finds the version in what it prints', async () => {
    install('plain', 'echo "plain (GNU stuff) 4.6.1-rc2 built 2020"');
    install('odd', 'echo "release v7"; exit 1');
    expect(await probeTool({ name: 'plain' }, host())).toMatchObject({ found: true, version: '4.6.1-rc2', missingFiles: [] });
    expect(await probeTool({ name: 'odd', versionArgs: ['-v'], versionPattern: /release (v\d+)/, versionExits: [1] }, host())).toMatchObject({ version: 'v7' });
  });

  test('knows a tool without a version by its bytes', async () => {
    install('mute', 'exit 2');
    const first = await probeTool({ name: 'mute' }, host());
    expect(first).toMatchObject({ found: true, version: expect.stringMatching(/^sha256:[0-9a-f]{16}$/) });
    install('mute', 'exit 2 # patched');
    expect(await probeTool({ name: 'mute' }, host())).not.toEqual(first);
  });

  test('asks once for each state of the executable', async () => {
    install('asked', 'echo 1.5');
    const memo = createToolMemo(undefined);
    const before = callCount();
    await probeTool({ name: 'asked' }, host(memo));
    expect(callCount()).toBe(before + 1);
    const again = createToolMemo(memo.serialise());
    expect(await probeTool({ name: 'asked' }, host(again))).toMatchObject({ version: '1.5' });
    expect(callCount()).toBe(before + 1);
    expect(again.changed()).toBe(false);
    install('asked', 'echo 1.6');
    expect(await probeTool({ name: 'asked' }, host(again))).toMatchObject({ version: '1.6' });
  });

  test('tells what is missing and which package brings it', async () => {
    expect(await probeTool({ name: 'nonesuch-tool', packages: { debian: 'nonesuch' } }, host())).toEqual({ found: false, name: 'nonesuch-tool', package: 'nonesuch' });
    install('whole', 'echo 1.0');
    expect(await probeTool({ name: 'whole', files: [calls, '/nonesuch/module'] }, host())).toMatchObject({ found: true, missingFiles: ['/nonesuch/module'] });
  });

  test('survives a memo that is no memo', () => {
    for (const text of ['', '{', '[]', '{"format":1,"versions":7}', '{"format":2,"versions":{"a":"b"}}']) expect(createToolMemo(text).get('a')).toBeUndefined();
  });
});
