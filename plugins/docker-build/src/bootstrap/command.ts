import { readFile } from 'node:fs/promises';
import { bootstrapArguments, type BootstrapOptions } from './arguments.ts';

export interface BootstrapCommand {
  readonly tool: 'mmdebstrap' | 'unshare';
  readonly args: readonly string[];
  /** Variables that the program needs beside those of every tool. */
  readonly env: Readonly<Record<string, string>>;
}

export interface BootstrapHost {
  readonly platform: string;
  /** The host's folder for temporary files. */
  readonly tmpdir: string;
}

/**
 * How mmdebstrap is started. As root it mounts file systems below its working folder; in a mount namespace of its own they vanish with it, even when it is
 * killed, so that the folder can be removed. In a user namespace it acts as another user, who cannot enter a task's private folder.
 */
export async function bootstrapCommand(options: BootstrapOptions, { platform, tmpdir }: BootstrapHost): Promise<BootstrapCommand> {
  const args = bootstrapArguments(options, platform);
  if (options.mode !== 'chrootless' && options.mode !== 'unshare' && (await mayMount())) {
    return { tool: 'unshare', args: ['--mount', '--', 'mmdebstrap', ...args], env: {} };
  }
  const isOtherUser = options.mode === 'unshare' || (options.mode === 'auto' && process.getuid?.() !== 0);
  return { tool: 'mmdebstrap', args, env: isOtherUser ? { TMPDIR: tmpdir } : {} };
}

const CAP_SYS_ADMIN = 21n;

/** Being root is not enough inside of a container. Format: proc(5), /proc/PID/status. */
async function mayMount(): Promise<boolean> {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}
