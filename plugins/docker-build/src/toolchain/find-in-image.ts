import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolchainCall, ToolchainCommand, ToolchainContent } from '@cos/core';
import { failureOf } from '../errors.ts';

export interface FindInImage {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly command: (call: ToolchainCall) => ToolchainCommand;
  /** Those of the host that containers see, absolute; the last one may be written here. */
  readonly folders: readonly string[];
  readonly runId: string;
  /** For messages. */
  readonly image: string;
  readonly signal: AbortSignal;
}

/** Looks for executables and files in the image, and whether its containers see the folders of this host at all. */
export async function findInImage({ names, files, command, folders, runId, image, signal }: FindInImage): Promise<ToolchainContent> {
  const folder = folders.at(-1) ?? '/';
  await mkdir(folder, { recursive: true });
  const mark = join(folder, `${randomUUID()}.tmp`);
  await writeFile(mark, '');
  try {
    const script = `test -e "$1" || { echo "${unseen}"; exit 0; }; shift; while [ "$1" != -- ]; do printf 'x%s\\n' "$(command -v -- "$1")"; shift; done; shift; for f; do test -e "$f" && printf 'f%s\\n' "$f"; done; exit 0`;
    const call = command({ path: '/bin/sh', cwd: '/', env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }, writable: [], runId });
    const text = await outputOf(call, ['/bin/sh', '-c', script, 'sh', mark, ...names, '--', ...files], image, signal);
    const lines = text.split('\n');
    if (lines.includes(unseen)) {
      throw failureOf('COS_DOCKER_TOOLCHAIN', `Containers of the engine do not see the folder ${folder} of this host.`, { hint: "Use an engine of this host for `toolchain: 'container'`, or tools of the host." });
    }
    const paths = lines.filter((line) => line.startsWith('x')).map((line) => line.slice(1));
    const executables = names.flatMap((name, index) => (paths[index]?.startsWith('/') === true ? [[name, paths[index]] as const] : []));
    return { executables: Object.fromEntries(executables), files: lines.filter((line) => line.startsWith('f')).map((line) => line.slice(1)) };
  } finally {
    await rm(mark, { force: true });
  }
}

const unseen = 'folder not seen';

function outputOf({ path, args, env }: ToolchainCommand, words: readonly string[], image: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [...args, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'], signal });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(failureOf('COS_DOCKER_TOOLCHAIN', `A container of ${image} cannot be looked into.`, { output: Buffer.concat(err).toString('utf8').trim().split('\n') }));
    });
  });
}
