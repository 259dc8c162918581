import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MachineError, startMachine, type MachineOptions } from '../src/index.ts';
import { bootableDisk } from './bootable-disk.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machine-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function disk(name: string, content: Buffer): Promise<MachineOptions> {
  const path = join(folder, name);
  await writeFile(path, content);
  return { medium: { kind: 'disk', path }, firmware: 'bios', memoryMiB: 32, cpus: 1 };
}

/** Every process whose command line names this test's folder. */
function processesOfTest(name: string): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(folder, name));
      } catch {
        return false;
      }
    });
}

async function untilGone(name: string): Promise<readonly string[]> {
  for (let round = 0; round < 100 && processesOfTest(name).length > 0; round += 1) await sleep(50);
  return processesOfTest(name);
}

async function failure(action: Promise<unknown>): Promise<MachineError> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MachineError)) throw new Error(`expected a MachineError, found ${String(error)}`);
  return error;
}

describe('a machine', () => {
  test('boots a disk by BIOS and shows its serial console', async () => {
    const options = await disk('hello.img', bootableDisk('hello \u001b[1mserial\u001b[0m world\r\n'));
    const logFile = join(folder, 'hello.log');
    const machine = await startMachine({ ...options, logFile });
    expect(await machine.waitFor('serial world')).toBe('serial world');
    expect(await machine.waitFor(/hello (\w+)/)).toBe('hello serial');
    await machine.waitFor('hello serial world\n');
    expect(machine.console).toContain('hello serial world\n');
    await machine.stop();
    expect(await machine.exited).toEqual({ code: undefined, signal: 'SIGKILL' });
    expect(await readFile(logFile, 'latin1')).toContain('hello \u001b[1mserial\u001b[0m world\r\n');
    expect(processesOfTest('hello.img')).toEqual([]);
  });

  test('boots the same image as a CD-less ISO disk, read-only', async () => {
    const options = await disk('iso.img', bootableDisk('from the iso\r\n'));
    await using machine = await startMachine({ ...options, medium: { kind: 'iso', path: join(folder, 'iso.img') } });
    await machine.waitFor('from the iso');
  });

  test('starts UEFI firmware without a copy of its variables in any folder', async () => {
    const options = await disk('empty.img', Buffer.alloc(1024 * 1024));
    const temporary = join(folder, 'uefi-tmp');
    await mkdir(temporary);
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = temporary;
    try {
      await using machine = await startMachine({ ...options, firmware: 'uefi', memoryMiB: 256 });
      await machine.waitFor('BdsDxe', { timeoutMs: 60_000 });
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  }, 90_000);

  test('reports the last lines of the console when the text does not come in time', async () => {
    await using machine = await startMachine(await disk('slow.img', bootableDisk('first\r\n\r\nsecond\r\n')));
    await machine.waitFor('second');
    const error = await failure(machine.waitFor(/COS-READY \S+/, { timeoutMs: 200 }));
    expect(error.code).toBe('COS_MACHINE_TIMEOUT');
    expect(error.consoleTail.slice(-2)).toEqual(['first', 'second']);
    expect(error.message.slice(0, error.message.indexOf('\n  |'))).toMatchInlineSnapshot(`
      "COS_MACHINE_TIMEOUT: The machine did not show /COS-READY \\S+/ in time.
        expected: /COS-READY \\S+/ on the serial console within 200 ms
        found: other text
        hint: read the last lines; a slow host needs a longer timeout, a silent console the kernel argument console=ttyS0
        last lines of the console:"
    `);
  });

  test('reports a guest that resets before the text was shown', async () => {
    const machine = await startMachine(await disk('reset.img', bootableDisk('panic: no root\r\n', 'reset')));
    const error = await failure(machine.waitFor('COS-READY'));
    expect(error.code).toBe('COS_MACHINE_EXITED');
    expect(error.consoleTail.at(-1)).toBe('panic: no root');
    expect(await machine.exited).toEqual({ code: 0, signal: undefined });
    await machine.stop();
    expect(processesOfTest('reset.img')).toEqual([]);
  });

  test('finds a text that was shown right before the guest ended', async () => {
    const machine = await startMachine(await disk('last.img', bootableDisk('COS-READY sample 1.0', 'reset')));
    expect(await machine.waitFor(/COS-READY \S+ \S+/)).toBe('COS-READY sample 1.0');
    await machine.stop();
  });

  test('says what QEMU said when an argument is wrong', async () => {
    const machine = await startMachine({ ...(await disk('wrong.img', bootableDisk(''))), extraArgs: ['-device', 'no-such-thing'] });
    const error = await failure(machine.waitFor('x'));
    expect(error.code).toBe('COS_MACHINE_EXITED');
    expect(error.found).toContain("'no-such-thing' is not a valid device model name");
  });

  test('ends one wait by its signal, and the machine goes on', async () => {
    await using machine = await startMachine(await disk('wait.img', bootableDisk('going\r\n', 'repeat')));
    await machine.waitFor('going');
    const reason = new Error('enough');
    await expect(machine.waitFor('never', { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    await expect(machine.waitFor('never', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(processesOfTest('wait.img')).not.toEqual([]);
  });

  test('stops by its signal, gives the reason to who waits and leaves no process', async () => {
    const controller = new AbortController();
    const machine = await startMachine({ ...(await disk('abort.img', bootableDisk('up\r\n'))), signal: controller.signal });
    await machine.waitFor('up');
    const waiting = machine.waitFor('never');
    const reason = new Error('interrupted');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await machine.exited;
    expect(processesOfTest('abort.img')).toEqual([]);
  });

  test('takes what is typed into the console', async () => {
    await using machine = await startMachine(await disk('type.img', bootableDisk('typing\r\n', 'answer')));
    await machine.waitFor('typing');
    machine.write('HAL');
    await machine.waitFor('IBM');
  });

  test.each(['SIGKILL', 'SIGTERM', 'exit'] as const)('does not outlive a starter that ends by %s', async (how) => {
    const name = `orphan-${how}.img`;
    const options = await disk(name, bootableDisk('orphan\r\n'));
    const script = fileURLToPath(new URL('starter.ts', import.meta.url));
    const starter = spawn(process.execPath, [script, JSON.stringify(options), how], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(starter.stdout, 'data');
    expect(how === 'exit' || processesOfTest(name).length > 1).toBe(true);
    if (how !== 'exit') starter.kill(how);
    await once(starter, 'exit');
    expect(await untilGone(name)).toEqual([]);
  });

  test('leaves no process when just its guard is killed', async () => {
    const machine = await startMachine(await disk('guard.img', bootableDisk('guarded\r\n')));
    await machine.waitFor('guarded');
    const shell = processesOfTest('guard.img').find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/bin/sh\0-c'));
    process.kill(Number(shell), 'SIGKILL');
    await machine.exited;
    expect(await untilGone('guard.img')).toEqual([]);
  });
});

describe('a machine that cannot be started', () => {
  test('names the package when QEMU is missing', async () => {
    const options = await disk('a.img', bootableDisk(''));
    const error = await failure(startMachine({ ...options, searchPath: `${folder}:relative` }));
    expect(error.message.replaceAll(folder, '<folder>')).toMatchInlineSnapshot(`
      "COS_TOOL_MISSING: qemu-system-x86_64 is not installed.
        expected: a program qemu-system-x86_64 in one of the folders of PATH
        found: no such program in <folder>:relative
        hint: install qemu-system-x86 (Debian, Ubuntu), qemu-system-x86-core (Fedora) or qemu-x86 (openSUSE)"
    `);
  });

  test('names the package when the firmware is missing', async () => {
    const options = await disk('a.img', bootableDisk(''));
    const firmwareFiles = { code: join(folder, 'code.fd'), variables: join(folder, 'vars.fd') };
    const error = await failure(startMachine({ ...options, firmware: 'uefi', firmwareFiles }));
    expect(error.code).toBe('COS_TOOL_MISSING');
    expect(error.hint).toContain('install ovmf (Debian, Ubuntu)');
  });

  test('says that the medium is not there, or not a file', async () => {
    const options = await disk('a.img', bootableDisk(''));
    const missing = await failure(startMachine({ ...options, medium: { kind: 'iso', path: join(folder, 'none.iso') } }));
    expect(missing.code).toBe('COS_MACHINE_MEDIUM');
    expect(missing.found).toContain('ENOENT');
    const directory = await failure(startMachine({ ...options, medium: { kind: 'iso', path: folder } }));
    expect(directory.found).toBe('something that is not a file');
  });

  test('refuses sizes that no machine has', async () => {
    const options = await disk('a.img', bootableDisk(''));
    expect((await failure(startMachine({ ...options, memoryMiB: 0.5 }))).code).toBe('COS_MACHINE_OPTION');
    expect((await failure(startMachine({ ...options, cpus: 0 }))).code).toBe('COS_MACHINE_OPTION');
  });

  test('says that the log cannot be written', async () => {
    const options = await disk('a.img', bootableDisk(''));
    const error = await failure(startMachine({ ...options, logFile: join(folder, 'no', 'such', 'folder') }));
    expect(error.code).toBe('COS_MACHINE_LOG');
  });

  test('does not start when the signal is aborted already', async () => {
    const options = await disk('a.img', bootableDisk(''));
    const reason = new Error('too late');
    await expect(startMachine({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
