import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { CosError } from '../../src/errors/cos-error.ts';
import { startProcess, type ProcessRequest } from '../../src/process/exec.ts';
import { startTicks } from '../../src/process/liveness.ts';

const folder = mkdtempSync(join(tmpdir(), 'cos-exec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sh = (script: string, over: Partial<ProcessRequest> = {}): ProcessRequest => ({
  name: 'sh',
  path: '/bin/sh',
  args: ['-c', script],
  cwd: folder,
  env: { PATH: '/usr/bin:/bin' },
  stdout: 'collect',
  signal: new AbortController().signal,
  ...over,
});

const failureOf = async (request: ProcessRequest) => {
  const error: unknown = await startProcess(request).done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CosError)) throw new Error('expected a CosError', { cause: error });
  return error.diagnostics[0]!;
};

async function untilGone(pid: number): Promise<void> {
  for (let i = 0; i < 200 && startTicks(pid) !== undefined; i += 1) await delay(20);
}

describe('a tool', () => {
  test('gives its output, as text and line by line', async () => {
    const lines: string[] = [];
    const result = await startProcess(sh('echo one; echo two >&2; printf three', { onLine: (stream, line) => lines.push(`${stream} ${line}`) })).done;
    expect(result).toEqual({ stdout: 'one\nthree', stderr: 'two\n', exitCode: 0 });
    expect(lines.sort()).toEqual(['stderr two', 'stdout one', 'stdout three']);
  });

  test('sees the given environment and nothing else', async () => {
    const { stdout } = await startProcess(sh('env | sort', { env: { A: '1', PATH: '/usr/bin:/bin' } })).done;
    expect(stdout.split('\n').filter((line) => !/^(PWD|_|SHLVL|OLDPWD)=/.test(line) && line !== '')).toEqual(['A=1', 'PATH=/usr/bin:/bin']);
  });

  test('that ends badly rejects with its last forty lines', async () => {
    const failure = await failureOf(sh('i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; exit 3'));
    expect(failure).toMatchObject({ code: 'COS_TASK_TOOL_FAILED', message: '`sh` ended with exit status 3.' });
    expect(failure.output).toHaveLength(40);
    expect(failure.output?.at(-1)).toBe('line 99');
  });

  test('may end with any of the expected statuses', async () => {
    expect((await startProcess(sh('exit 2', { exits: [0, 2] })).done).exitCode).toBe(2);
  });

  test('that a signal ended says which', async () => {
    expect((await failureOf(sh('kill -SEGV $$'))).message).toBe('`sh` was ended by signal SIGSEGV.');
  });

  test('hides secrets in what failed', async () => {
    const failure = await failureOf(sh('echo token hunter22; exit 1', { redact: (text) => text.replaceAll('hunter22', '[secret]') }));
    expect(JSON.stringify(failure)).not.toContain('hunter22');
    expect(failure.output).toEqual(['token [secret]']);
  });

  test('that is not there is named with the package that brings it', async () => {
    const failure = await failureOf(sh('', { name: 'nonesuch', path: '/usr/bin/nonesuch-tool', hint: 'Install nonesuch-utils.' }));
    expect(failure).toMatchObject({ code: 'COS_TOOL_MISSING', hint: 'Install nonesuch-utils.' });
  });

  test('that says that the disk is full fails with the code for it', async () => {
    expect((await failureOf(sh('echo "cp: error writing: No space left on device" >&2; exit 1'))).code).toBe('COS_TASK_DISK_FULL');
  });

  test('writes large output to a file, and not through a link', async () => {
    await startProcess(sh('head -c 3000000 /dev/zero', { stdout: { file: join(folder, 'zeros') } })).done;
    expect(readFileSync(join(folder, 'zeros'))).toHaveLength(3_000_000);
    writeFileSync(join(folder, 'precious'), 'kept');
    symlinkSync(join(folder, 'precious'), join(folder, 'trap'));
    await expect(startProcess(sh('echo gone', { stdout: { file: join(folder, 'trap') } })).done).rejects.toThrow(/ELOOP/);
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept');
  });

  test('reads descriptors as files', async () => {
    writeFileSync(join(folder, 'token'), 'hello');
    const fd = openSync(join(folder, 'token'), 'r');
    try {
      expect((await startProcess(sh('cat /dev/fd/3', { fds: [fd] })).done).stdout).toBe('hello');
    } finally {
      closeSync(fd);
    }
  });
});

describe('standard input', () => {
  test('is at its end when nothing is given', async () => {
    expect((await startProcess(sh('cat; echo done')).done).stdout).toBe('done\n');
  });

  test('comes from text, bytes or a stream', async () => {
    const stream = async function* () {
      yield Buffer.from('a');
      await delay(5);
      yield Buffer.from('b');
    };
    for (const stdin of ['ab', Buffer.from('ab'), stream()]) expect((await startProcess(sh('cat', { stdin })).done).stdout).toBe('ab');
  });

  test('may stay unread, also when its source never ends', async () => {
    const endless = async function* () {
      for (;;) {
        yield Buffer.alloc(65536);
        await delay(1);
      }
    };
    expect((await startProcess(sh('head -c 1 >/dev/null; echo ok', { stdin: endless() })).done).stdout).toBe('ok\n');
    const silent = async function* () {
      yield Buffer.from('x');
      await new Promise(() => undefined);
    };
    expect((await startProcess(sh('echo ok', { stdin: silent() })).done).stdout).toBe('ok\n');
  });

  test('whose source fails ends the tool and rejects with the source\'s error', async () => {
    const broken = async function* () {
      yield Buffer.from('x');
      throw new Error('source broke');
    };
    await expect(startProcess(sh('cat >/dev/null; sleep 60', { stdin: broken() })).done).rejects.toThrow('source broke');
  });
});

describe('streamed output', () => {
  test('makes the tool wait while nobody reads', async () => {
    const marker = join(folder, 'passed');
    const running = startProcess(sh(`head -c 20000000 /dev/zero; touch ${marker}`, { stdout: 'stream' }));
    await delay(300);
    expect(existsSync(marker)).toBe(false);
    let size = 0;
    for await (const chunk of running.stdout) size += chunk.length;
    expect((await running.done).exitCode).toBe(0);
    expect(size).toBe(20_000_000);
    expect(existsSync(marker)).toBe(true);
  });

  test('feeds another tool', async () => {
    const first = startProcess(sh('seq 1 100000', { stdout: 'stream' }));
    const second = startProcess(sh('tail -n 1', { stdin: first.stdout }));
    expect((await second.done).stdout).toBe('100000\n');
    await first.done;
  });
});

describe('the process group', () => {
  test('ends as a whole on abort, also what ignores TERM', async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const script = `(trap '' TERM; echo $(sh -c 'echo $PPID'); while :; do sleep 1; done) & echo $!; sleep 60 & echo $!; wait`;
    const running = startProcess(sh(script, { signal: controller.signal, graceMs: 200, onLine: (_, line) => pids.push(Number(line)), onStart: (pid) => pids.push(pid) }));
    while (pids.length < 4) await delay(10);
    controller.abort();
    await expect(running.done).rejects.toMatchObject({ diagnostics: [{ code: 'COS_TASK_CANCELLED' }] });
    for (const pid of pids) await untilGone(pid);
    expect(pids.filter((pid) => startTicks(pid) !== undefined)).toEqual([]);
  });

  test('leaves nobody behind when the tool itself ends well', async () => {
    const { stdout } = await startProcess(sh('sleep 60 & echo $!')).done;
    await untilGone(Number(stdout));
    expect(startTicks(Number(stdout))).toBeUndefined();
  });

  test('is not started when the run is cancelled already', async () => {
    await expect(startProcess(sh(`touch ${join(folder, 'never')}`, { signal: AbortSignal.abort() })).done).rejects.toMatchObject({ diagnostics: [{ code: 'COS_TASK_CANCELLED' }] });
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });
});
