import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packTree, readTar, writeTar, type TarEntry } from '@cos/archive';
import { fileTree, one } from '@cos/core';
import { rootfsArchive } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { failureOf } from '../errors.ts';
import { defineStage } from '../options.ts';
import { writeStream } from '../write-stream.ts';

const id = z.optional(z.int().check(z.minimum(0), z.maximum(0xffff_fffe)));

const attributes = z.object({
  /** Octal, with setuid, setgid and sticky: `"4755"`. */
  mode: z.optional(z.string().check(z.regex(/^[0-7]{3,4}$/))),
  uid: id,
  gid: id,
});
type Attributes = z.output<typeof attributes>;

/**
 * The root filesystem that a folder of the workspace holds. Of files only the content, the executable bit and links count there, so that a checkout is the same
 * everywhere and nobody has to be root: everything belongs to root, files are 0644 or 0755, folders 0755. What is otherwise is said by `attributes`.
 */
export const pack = defineStage({
  description: 'bring a folder with a root filesystem into canonical form',
  version: 2,
  cache: 'content',
  inputs: { folder: one(fileTree) },
  outputs: { rootfs: rootfsArchive },
  options: z.object({
    /** Owners and modes by path: `/usr/bin/su`; with a slash at the end (`/home/user/`) owners of the folder and everything in it. A longer path wins. */
    attributes: z._default(z.record(z.string().check(z.regex(/^\/(?:[^/\0]+\/?)*$/)), attributes).check(z.refine(isModeOfOne, 'expected modes for single paths only, not for a folder with everything in it')), {}),
  }),
  async run({ inputs, options, emit, scratch, signal, sourceDateEpoch }) {
    const folder = await inputs.folder.path();
    if (!(await stat(folder)).isDirectory()) throw failureOf('COS_DOCKER_ROOTFS_FORM', 'The input "folder" is a file, not a folder.', { hint: 'For an archive, use the stage "unpack" (base: { from: archive }).' });
    const rules = Object.entries(options.attributes).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
    const used = new Set<string>();
    const output = join(scratch, 'rootfs.tar');
    await writeStream(writeTar(entriesOf(folder, rules, { time: sourceDateEpoch, onUse: (rule) => used.add(rule) })), output, signal);
    const unused = rules.filter(([path]) => !used.has(path)).map(([path]) => path).sort();
    if (unused.length > 0) throw failureOf('COS_DOCKER_ATTRIBUTES_UNUSED', `The folder has nothing at ${unused.map((path) => JSON.stringify(path)).join(', ')}, for which there are attributes.`);
    return { rootfs: await emit.rootfs(output, {}) };
  },
});

/** One mode for files and folders would make all of them executable, or folders that nobody can enter. */
function isModeOfOne(rules: Readonly<Record<string, Attributes>>): boolean {
  return Object.entries(rules).every(([path, { mode }]) => mode === undefined || !path.endsWith('/'));
}

async function* entriesOf(folder: string, rules: readonly (readonly [string, Attributes])[], { time, onUse }: { readonly time: number; readonly onUse: (rule: string) => void }): AsyncGenerator<TarEntry> {
  for await (const found of readTar(packTree(folder, { epoch: time, times: 'set' }))) {
    // Whether two names are one file is no part of a folder's content.
    const entry = found.type === 'link' ? await fileOf(found, join(folder, found.linkName)) : found;
    let attributes: Attributes = {};
    for (const [path, rule] of rules) {
      const own = `/${entry.path}`;
      if (own !== path && !(path.endsWith('/') && `${own}/`.startsWith(path))) continue;
      onUse(path);
      attributes = { ...attributes, ...rule };
    }
    yield { ...entry, mode: modeOf(entry, attributes), uid: attributes.uid ?? 0, gid: attributes.gid ?? 0 };
  }
}

async function fileOf(entry: TarEntry, path: string): Promise<TarEntry> {
  const { size, mode } = await stat(path);
  return { ...entry, type: 'file', mode, linkName: '', size, body: createReadStream(path) };
}

function modeOf(entry: TarEntry, { mode }: Attributes): number {
  if (entry.type === 'symlink') return 0o777;
  if (mode !== undefined) return Number.parseInt(mode, 8);
  return entry.type === 'directory' || (entry.mode & 0o111) !== 0 ? 0o755 : 0o644;
}
