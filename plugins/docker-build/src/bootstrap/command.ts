import { readFile } from 'node:fs/promises';
import { bootstrapArguments, type ArgumentsRequest } from './arguments.ts';
import type { BootstrapOptions } from './options.ts';

export interface BootstrapCommand {
  readonly tool: 'mmdebstrap' | 'unshare';
  readonly args: readonly string[];
}

/** In a user namespace the program acts as another user, who cannot enter a task's private folder. */
export function isOtherUser({ mode }: Pick<BootstrapOptions, 'mode'>): boolean {
  return mode === 'unshare' || (mode === 'auto' && process.getuid?.() !== 0);
}

/**
 * How mmdebstrap is started. As root it mounts file systems below its working folder; in a mount namespace of its own they vanish with it, even when it is
 * killed, so that the folder can be removed.
 */
export async function bootstrapCommand(options: BootstrapOptions, request: ArgumentsRequest): Promise<BootstrapCommand> {
  const args = bootstrapArguments(options, request);
  if (options.mode !== 'chrootless' && !isOtherUser(options) && (await mayMount())) {
    return { tool: 'unshare', args: ['--mount', '--', 'mmdebstrap', ...args] };
  }
  return { tool: 'mmdebstrap', args };
}

const CAP_SYS_ADMIN = 21n;

/** Being root is not enough inside of a container. Format: proc(5), /proc/PID/status. */
async function mayMount(): Promise<boolean> {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}
