import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress, readTar } from '@cos/archive';
import { asDigest, type Digest } from '@cos/core';
import * as z from 'zod/mini';
import { fail } from '../errors.ts';
import type { RootFilesystem } from './root-filesystem.ts';

const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));
const index = z.object({ manifests: z.tuple([z.object({ digest })]) });
const indexOfSeveral = z.object({ manifests: z.array(z.object({ digest })).check(z.minLength(1)) });
const manifest = z.object({ layers: z.tuple([z.object({ digest })]) });

/** The digest of the one manifest of a layout, and the content of its one layer. Throws COS_ATTEST_SUBJECT. */
export async function readLayout(folder: string): Promise<{ readonly digest: Digest; readonly root: RootFilesystem }> {
  const blob = (name: string): string => join(folder, 'blobs', 'sha256', name.slice('sha256:'.length));
  const [entry] = (await read(join(folder, 'index.json'), 'index.json', index)).manifests;
  const [layer] = (await read(blob(entry.digest), 'manifest', manifest)).layers;
  const content = (): AsyncIterable<Uint8Array> => decompress(createReadStream(blob(layer.digest)));
  return { digest: asDigest(entry.digest), root: { list: () => readTar(content()), read: content } };
}

/** The digests of all manifests of a layout. Throws COS_ATTEST_SUBJECT. */
export async function manifestsOf(folder: string): Promise<readonly string[]> {
  return (await read(join(folder, 'index.json'), 'index.json', indexOfSeveral)).manifests.map((one) => one.digest);
}

async function read<T>(path: string, what: string, form: z.ZodMiniType<T>): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => fail('COS_ATTEST_SUBJECT', `Expected an image in the layout of OCI; it has no ${what}.`, { cause }));
  const found = z.safeParse(form, parse(text, what));
  if (found.success) return found.data;
  return fail('COS_ATTEST_SUBJECT', `The ${what} of an image is not what is expected of the layout of OCI.`, { notes: found.error.issues.map(({ path: where, message }) => ({ message: `${where.join('.')}: ${message}` })) });
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return fail('COS_ATTEST_SUBJECT', `The ${what} of an image is no JSON.`, { cause });
  }
}
