import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveError } from '@cos/archive';
import { defineTool } from '@cos/core';
import { rootfsArchive } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { bootstrapCommand } from '../bootstrap/command.ts';
import { readBootstrapped } from '../bootstrap/read-bootstrapped.ts';
import { explainBootstrap } from '../bootstrap/explain.ts';
import { defineStage, proxiesOf } from '../options.ts';
import { writeStream } from '../write-stream.ts';

const word = (form: RegExp) => z.string().check(z.regex(form));
const packageName = word(/^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?(?:=[A-Za-z0-9.+~:-]+)?$/);

export const bootstrapOptions = z.object({
  /** `bookworm`, `noble`. */
  suite: word(/^[a-z0-9][a-z0-9.-]*$/),
  /** Set of packages to start from; default `minbase`: essential packages and apt. `custom`: only what `packages` names. */
  variant: z._default(z.enum(['custom', 'essential', 'apt', 'minbase', 'required', 'important', 'standard']), 'minbase'),
  /** How mmdebstrap gets the rights that it needs: by being root, by a user namespace, by neither (few packages allow it), or by what is there. Default `auto`. */
  mode: z._default(z.enum(['auto', 'root', 'unshare', 'chrootless']), 'auto'),
  components: z._default(z.array(word(/^[a-z0-9][a-z0-9-]*$/)), ['main']),
  /**
   * Mirrors (`http://deb.debian.org/debian`) or lines of a sources.list (`deb http://… bookworm main`); default: those that mmdebstrap has for the
   * suite. The configuration of the host's apt is not used but for its proxies.
   */
  mirrors: z._default(z.array(word(/^(?:deb(?:-src)? |https?:\/\/|file:\/|copy:\/)[^\r\n]*$/)), []),
  /** Packages to install in addition. */
  packages: z._default(z.array(packageName), []),
  /** Packages that are not installed but kept as files in /var/cache/cos/pool, with what they depend on and the system lacks. */
  pool: z._default(z.array(packageName), []),
  /** Patterns of paths that the package manager never unpacks, there and in everything built on it: `/usr/share/doc/*`. */
  pathExcludes: z._default(z.array(word(/^\/[^\s"'\\]*$/)), []),
});

/**
 * A root filesystem made of the packages of Debian or one of its relatives. It depends on what the mirrors have at that moment, so the task is run once
 * and its result is kept; `cos run --force` makes it anew.
 */
export const bootstrap = defineStage({
  description: 'bootstrap a Debian root filesystem from packages',
  version: 1,
  cache: 'content',
  platform: true,
  inputs: {},
  outputs: { rootfs: rootfsArchive },
  options: bootstrapOptions,
  tools: [defineTool({ name: 'mmdebstrap', packages: { debian: 'mmdebstrap' } }), defineTool({ name: 'unshare', packages: { debian: 'util-linux' } })],
  resource: { class: 'network' },
  async run({ options, emit, env, execStream, platform, scratch, signal, sourceDateEpoch }) {
    const command = await bootstrapCommand(options, { platform, tmpdir: env['TMPDIR'] ?? tmpdir() });
    const { stdout, done } = execStream(command.tool, command.args, { env: { ...proxiesOf(env), ...command.env, SOURCE_DATE_EPOCH: String(sourceDateEpoch) } });
    const output = join(scratch, 'rootfs.tar');
    const [ended, written] = await Promise.allSettled([done, writeStream(readBootstrapped(stdout, { options, scratch, epoch: sourceDateEpoch }), output, signal)]);
    signal.throwIfAborted();
    // The tool's own failure says more than the archive that it cut off; a full disk on this side says more than the pipe that the tool lost.
    if (written.status === 'rejected' && !(written.reason instanceof ArchiveError)) throw written.reason;
    if (ended.status === 'rejected') throw explainBootstrap(ended.reason);
    if (written.status === 'rejected') throw written.reason;
    return { rootfs: await emit.rootfs(output, {}) };
  },
});
