import type { WriteStream } from 'node:fs';
import { checkAccelerator, checkMedium, checkNumber, openLog } from './check-options.ts';
import { createConsoleText } from './console-text.ts';
import { findFirmware, type FirmwareFiles } from './find-firmware.ts';
import { findQemu } from './find-qemu.ts';
import { startGuarded, type GuardedProcess } from './guard.ts';
import { qemuArguments, type Medium } from './qemu-arguments.ts';
import { waitFor } from './wait-for.ts';

export interface MachineOptions {
  readonly medium: Medium;
  /** `bios` is SeaBIOS, which QEMU brings; `uefi` is OVMF, which has to be installed. */
  readonly firmware: 'bios' | 'uefi';
  /** Default 1024. */
  readonly memoryMiB?: number;
  /** Default 2. */
  readonly cpus?: number;
  /** Default `tcg`, which works everywhere and is slow; `kvm` needs `/dev/kvm`. */
  readonly accel?: 'tcg' | 'kvm';
  /** Default `none`; `user` gives the guest a way out through the host, without privileges. */
  readonly network?: 'none' | 'user';
  /** More arguments for QEMU, passed on as they are: they must come from somebody who may start programs here. */
  readonly extraArgs?: readonly string[];
  /** A file that gets every byte of the console; it is replaced. */
  readonly logFile?: string;
  /** Files of the UEFI firmware. Default: found where the distributions put them. */
  readonly firmwareFiles?: FirmwareFiles;
  /** Folders to find QEMU in. Default: the PATH of this process. */
  readonly searchPath?: string;
  /** Stops the machine; waits that are under way reject with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface WaitOptions {
  /** Default 120000. */
  readonly timeoutMs?: number;
  /** Ends this wait, not the machine. */
  readonly signal?: AbortSignal;
}

/** How QEMU ended; `signal` when it was killed. A guest that powers off or reboots ends it with code 0. */
export interface MachineExit {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A running machine. Somebody has to `stop` it (or write `await using`); it also stops when this process dies in whatever way. */
export interface Machine {
  /** What the serial console has shown so far, as plain text. */
  readonly console: string;
  /** The program and its arguments, for messages. */
  readonly command: readonly string[];
  readonly exited: Promise<MachineExit>;
  /**
   * Waits until the console shows the text, or a match of the pattern within one line, and gives the matched text. What was shown
   * before the call counts too.
   *
   * @throws MachineError `COS_MACHINE_TIMEOUT`, `COS_MACHINE_EXITED`, each with the last lines of the console
   */
  waitFor(expected: string | RegExp, options?: WaitOptions): Promise<string>;
  /** Types text into the serial console. */
  write(text: string): void;
  /** Ends the machine at once and resolves when nothing of it is left; harmless when it has ended. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const keptErrorCharacters = 8192;

/**
 * Boots a medium in QEMU. Resolves as soon as the emulator runs.
 *
 * @throws MachineError when an option, the medium, the log file, QEMU or the firmware is not usable
 */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  options.signal?.throwIfAborted();
  const program = await findQemu(options.searchPath);
  const args = qemuArguments({
    medium: { ...options.medium, path: await checkMedium(options.medium.path) },
    uefi: options.firmware === 'uefi' ? await findFirmware(options.firmwareFiles && [options.firmwareFiles]) : undefined,
    memoryMiB: checkNumber('memoryMiB', options.memoryMiB ?? 1024, 16, 1024 * 1024),
    cpus: checkNumber('cpus', options.cpus ?? 2, 1, 255),
    accel: await checkAccelerator(options.accel ?? 'tcg'),
    network: options.network ?? 'none',
    extraArgs: options.extraArgs ?? [],
  });
  const log = options.logFile === undefined ? undefined : await openLog(options.logFile);
  options.signal?.throwIfAborted();
  // QEMU needs no more of the environment than where temporary files go.
  const temporary = process.env['TMPDIR'];
  const guarded = startGuarded(program, args, {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    ...(temporary === undefined ? {} : { TMPDIR: temporary }),
  });
  return watch(guarded, [program, ...args], log, options.signal);
}

function watch(guarded: GuardedProcess, command: readonly string[], log: WriteStream | undefined, signal: AbortSignal | undefined): Machine {
  const console = createConsoleText();
  let errors = '';
  const addError = (piece: string): void => {
    errors = (errors + piece).slice(-keptErrorCharacters);
  };
  // A log that fails (a full disk) does not end the machine: the console in memory goes on.
  log?.on('error', (error) => addError(`console log: ${error.message}\n`));
  guarded.output.on('data', (bytes: Buffer) => {
    console.append(bytes);
    log?.write(bytes);
  });
  guarded.errors.setEncoding('utf8').on('data', addError);

  const abort = (): void => guarded.kill();
  signal?.addEventListener('abort', abort, { once: true });
  const finish = async (): Promise<MachineExit> => {
    try {
      return await guarded.ended;
    } finally {
      signal?.removeEventListener('abort', abort);
      console.end();
      if (log !== undefined) await new Promise((done) => log.end(done));
    }
  };
  const exited = finish();
  // Nobody has to look at `exited`: waits and `stop` report a start that failed.
  exited.catch(() => undefined);

  const stop = async (): Promise<void> => {
    guarded.kill();
    await exited;
  };
  return {
    get console() {
      return console.text;
    },
    command,
    exited,
    waitFor: (expected, waiting = {}) => waitFor({ console, exited, expected, waiting, machineSignal: signal, errors: () => errors }),
    write(text) {
      guarded.input.write(text);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
