import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One call of a fake tool. The tool waits until the test lets it end. */
export interface Invocation {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Writes a file in the folder where the tool runs. */
  writeFile(path: string, content: string): void;
  /** Starts a grandchild that sleeps, to see whether it is ended too; answers its process id. */
  spawnSleeper(): Promise<number>;
  exit(code: number): void;
  /** Settles when the tool's process is gone, whoever ended it. */
  readonly gone: Promise<void>;
}

/**
 * A tool on PATH whose every call is held and steered by the test, to see what the engine does while a tool runs: cancellation, order, two runs at once.
 * `--version` is answered at once.
 */
export interface FakeTool extends AsyncDisposable {
  /** Folder to put in front of PATH. */
  readonly folder: string;
  readonly name: string;
  /** The next call that no one has taken yet; waits for it. */
  next(): Promise<Invocation>;
  /** How often the tool was called, `--version` not counted. */
  readonly calls: number;
  /** From here on each call is answered at once by this function instead of being held. */
  answer(handler: (invocation: Invocation) => void): void;
  remove(): Promise<void>;
}

export async function createFakeTool(name: string, version = '1.0'): Promise<FakeTool> {
  // Sockets have short names; the system's folder for temporary files may have a long one.
  const folder = await mkdtemp(join(tmpdir().length > 40 ? '/tmp' : tmpdir(), 'cos-tool-'));
  const bin = join(folder, 'bin');
  const socketPath = join(folder, 's');
  const taken: Invocation[] = [];
  const waiting: ((invocation: Invocation) => void)[] = [];
  const open = new Set<Socket>();
  let handler: ((invocation: Invocation) => void) | undefined;
  let calls = 0;
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // A tool that is killed resets its connection.
    socket.on('error', () => undefined);
    const lines = createInterface({ input: socket });
    const answers: ((value: number) => void)[] = [];
    let isFirst = true;
    lines.on('line', (line) => {
      const message: { readonly args?: string[]; readonly cwd?: string; readonly env?: Record<string, string>; readonly pid?: number; readonly sleeper?: number } = JSON.parse(line);
      if (!isFirst) {
        answers.shift()?.(message.sleeper ?? 0);
        return;
      }
      isFirst = false;
      calls += 1;
      const send = (command: object) => void socket.write(`${JSON.stringify(command)}\n`);
      const invocation: Invocation = {
        args: message.args ?? [],
        cwd: message.cwd ?? '',
        env: message.env ?? {},
        pid: message.pid ?? 0,
        stdout: (text) => send({ stdout: text }),
        stderr: (text) => send({ stderr: text }),
        writeFile: (path, content) => send({ path, content }),
        spawnSleeper: () =>
          new Promise((resolve) => {
            answers.push(resolve);
            send({ sleeper: true });
          }),
        exit: (code) => send({ exit: code }),
        gone: new Promise((resolve) => socket.on('close', () => resolve())),
      };
      if (handler !== undefined) handler(invocation);
      else if (waiting.length > 0) waiting.shift()?.(invocation);
      else taken.push(invocation);
    });
  });
  await mkdir(bin);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  await writeFile(join(bin, name), script(socketPath, `${name} ${version}`), { mode: 0o755 });
  const remove = async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  };
  return {
    folder: bin,
    name,
    next: () => {
      const first = taken.shift();
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
    },
    get calls() {
      return calls;
    },
    answer: (given) => {
      handler = given;
      for (const invocation of taken.splice(0)) given(invocation);
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

/** The tool: tells the test that it was called and does what the test says. CommonJS, because a file without an extension is. */
function script(socketPath: string, version: string): string {
  return `#!${process.execPath}
'use strict';
if (process.argv[2] === '--version') {
  process.stdout.write(${JSON.stringify(version)} + '\\n');
  process.exit(0);
}
const socket = require('node:net').connect(${JSON.stringify(socketPath)});
socket.write(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), env: process.env, pid: process.pid }) + '\\n');
socket.on('error', () => process.exit(99));
socket.on('close', () => process.exit(98));
require('node:readline').createInterface({ input: socket }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.stdout !== undefined) process.stdout.write(command.stdout);
  if (command.stderr !== undefined) process.stderr.write(command.stderr);
  if (command.path !== undefined) require('node:fs').writeFileSync(command.path, command.content);
  if (command.sleeper) {
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { stdio: 'ignore' });
    socket.write(JSON.stringify({ sleeper: child.pid }) + '\\n');
  }
  if (command.exit !== undefined) {
    process.exitCode = command.exit;
    process.stdout.write('', () => process.stderr.write('', () => process.exit()));
  }
});
`;
}
