import { constants, createWriteStream, type WriteStream } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { MachineError } from './machine-error.ts';

/** Gives the real, absolute path of an image file: QEMU reads "nbd:..." or "fat:..." at the start of a name as a protocol. */
export async function checkMedium(path: string): Promise<string> {
  try {
    const absolute = await realpath(resolve(path));
    await access(absolute, constants.R_OK);
    if ((await stat(absolute)).isFile()) return absolute;
  } catch (cause) {
    throw mediumError(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  throw mediumError(path, 'something that is not a file', undefined);
}

function mediumError(path: string, found: string, cause: unknown): MachineError {
  return new MachineError({
    code: 'COS_MACHINE_MEDIUM',
    summary: `The medium ${JSON.stringify(path)} cannot be booted.`,
    expected: 'a readable image file',
    found,
    hint: 'build the image first, or correct the path',
    cause,
  });
}

/** Refuses KVM where it cannot be used, before QEMU does so in words of its own. */
export async function checkAccelerator(accel: 'tcg' | 'kvm'): Promise<'tcg' | 'kvm'> {
  if (accel === 'tcg') return accel;
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return accel;
  } catch (cause) {
    throw new MachineError({
      code: 'COS_TOOL_MISSING',
      summary: 'Hardware acceleration (KVM) cannot be used.',
      expected: '/dev/kvm, readable and writable',
      found: cause instanceof Error ? cause.message : String(cause),
      hint: 'use the accelerator "tcg", or join the group kvm on a host with virtualisation',
      cause,
    });
  }
}

/** Whole numbers between two bounds, both included. */
export function checkNumber(option: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new MachineError({
    code: 'COS_MACHINE_OPTION',
    summary: `The option ${option} has no usable value.`,
    expected: `a whole number from ${String(least)} to ${String(most)}`,
    found: String(value),
    hint: `correct ${option}`,
  });
}

/** Opens (and empties) the file for the console's bytes. */
export async function openLog(path: string): Promise<WriteStream> {
  const log = createWriteStream(path);
  try {
    await once(log, 'open');
  } catch (cause) {
    throw new MachineError({
      code: 'COS_MACHINE_LOG',
      summary: `The console log ${JSON.stringify(path)} cannot be written.`,
      expected: 'a path in a folder that exists and can be written',
      found: cause instanceof Error ? cause.message : String(cause),
      hint: 'make the folder, or correct logFile',
      cause,
    });
  }
  return log;
}
