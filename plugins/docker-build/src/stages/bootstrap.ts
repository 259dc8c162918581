import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveError } from '@cos/archive';
import { defineTool, fileTree, many } from '@cos/core';
import { rootfsArchive } from '@cos/core/artifacts';
import { bootstrapCommand, isOtherUser } from '../bootstrap/command.ts';
import { explainBootstrap } from '../bootstrap/explain.ts';
import { bootstrapOptions } from '../bootstrap/options.ts';
import { placeKeyrings } from '../bootstrap/place-keyrings.ts';
import { readBootstrapped } from '../bootstrap/read-bootstrapped.ts';
import { solveVariables } from '../bootstrap/solve.ts';
import { defineStage, proxiesOf } from '../options.ts';
import { EVERY_STATUS } from '../pins/packages.ts';
import { writeStream } from '../write-stream.ts';

/**
 * A root filesystem made of the packages of Debian or one of its relatives: exactly those that `pinned` names. When the mirrors have others, the task fails
 * before anything is downloaded.
 */
export const bootstrap = defineStage({
  description: 'bootstrap a Debian root filesystem from packages',
  version: 4,
  cache: 'content',
  platform: true,
  inputs: {
    /** Files or folders with the keys that mirrors are signed with; none: those that the host has for the suite. */
    keyrings: many(fileTree),
  },
  outputs: { rootfs: rootfsArchive },
  options: bootstrapOptions,
  tools: [defineTool({ name: 'mmdebstrap', packages: { debian: 'mmdebstrap' } }), defineTool({ name: 'unshare', packages: { debian: 'util-linux' } })],
  resource: { class: 'network' },
  async run({ inputs, options, emit, env, execStream, platform, scratch, signal, sourceDateEpoch }) {
    const shared = isOtherUser(options) ? await mkdtemp(join(env['TMPDIR'] ?? tmpdir(), 'cos-bootstrap-')) : undefined;
    try {
      const keyrings = await placeKeyrings(await Promise.all(inputs.keyrings.map(async (keyring) => keyring.path())), shared ?? join(scratch, 'keyrings'));
      const command = await bootstrapCommand(options, { platform, keyrings });
      const { stdout, done } = execStream(command.tool, command.args, {
        env: {
          ...proxiesOf(env),
          ...(shared === undefined ? {} : { TMPDIR: env['TMPDIR'] ?? tmpdir() }),
          ...solveVariables({ content: options, platform, pinned: options.pinned }),
          SOURCE_DATE_EPOCH: String(sourceDateEpoch),
        },
        exits: EVERY_STATUS,
      });
      const output = join(scratch, 'rootfs.tar');
      const [ended, written] = await Promise.allSettled([done, writeStream(readBootstrapped(stdout, { options, scratch, epoch: sourceDateEpoch }), output, signal)]);
      signal.throwIfAborted();
      // The tool's own failure says more than the archive that it cut off; a full disk on this side says more than the pipe that the tool lost.
      if (written.status === 'rejected' && !(written.reason instanceof ArchiveError)) throw written.reason;
      if (ended.status === 'rejected') throw ended.reason;
      if (ended.value.exitCode !== 0) throw explainBootstrap(ended.value, options.pinned);
      if (written.status === 'rejected') throw written.reason;
      return { rootfs: await emit.rootfs(output, {}) };
    } finally {
      if (shared !== undefined) await rm(shared, { recursive: true, force: true });
    }
  },
});
