import type { KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Registry } from '@cos/registry';
import { createSignature, indexSignatureNames, isAttachedTag, signImage, verifyImage, verifySignature, TrustError, type TrustedKey } from '@cos/trust';
import { problem } from '../problem.ts';
import type { Subject } from '../subject.ts';

export interface SignRequest {
  readonly key: KeyObject;
  /** Its public half. */
  readonly trusted: TrustedKey;
  readonly registry: Registry;
  /** True: what has a good signature by this key is left as it is. */
  readonly missing: boolean;
  /** True: of an image repository every image, not the index alone. */
  readonly all: boolean;
  /** Whether an image, `host/path:tag`, is left out. */
  readonly isSkipped: (name: string) => boolean;
  /** Image repository for signatures; undefined: that of the image. */
  readonly signatures: string | undefined;
  /** What else is said of images. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What came of one object. `name`: with the digest, where it has one. */
export interface Signed {
  readonly name: string;
  readonly outcome: 'signed' | 'signed already' | 'skipped';
}

/** Signs what a subject stands for, one object after the other. Throws CosError, TrustError and RegistryError. */
export async function* signSubject(subject: Subject, request: SignRequest): AsyncGenerator<Signed, void, undefined> {
  switch (subject.kind) {
    case 'file':
      yield await signFile(subject.path, subject.shown, `${subject.path}.sig`, request);
      return;
    case 'folder':
      yield* signFolder(subject.folder, request);
      return;
    case 'image': {
      const { repository, reference } = subject;
      const digest = (await request.registry.resolve(reference, { signal: request.signal }))?.digest;
      if (digest === undefined) throw problem('COS_SIGN_NOT_FOUND', `There is no image ${subject.shown}.`, 'Push it first: what is signed is the digest that the registry has.');
      yield await signDigest({ repository, tag: reference.tag, digest }, request);
      return;
    }
    case 'repository':
      yield* signRepository(subject.repository, request);
      return;
    default: {
      const never: never = subject;
      throw new Error(`Internal error: ${JSON.stringify(never)}`);
    }
  }
}

async function signFile(path: string, name: string, signature: string, { key, trusted, missing }: SignRequest): Promise<Signed> {
  if (missing && (await isGood(path, signature, trusted))) return { name, outcome: 'signed already' };
  const temporary = join(dirname(signature), `.cos-new-${process.pid}.sig`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(await createSignature(createReadStream(path), key));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, signature);
  } finally {
    await rm(temporary, { force: true });
  }
  return { name, outcome: 'signed' };
}

async function isGood(path: string, signature: string, trusted: TrustedKey): Promise<boolean> {
  const text = await readFile(signature, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  try {
    return await verifySignature(createReadStream(path), text, trusted.key, signature);
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}

/** The index and those of its snapshots, each under the name that follows from its digest. */
async function* signFolder(folder: string, request: SignRequest): AsyncGenerator<Signed, void, undefined> {
  const names = (await readdir(folder)).filter((name) => name === 'repository.yaml' || name.endsWith('-repository.yaml')).toSorted();
  const done = new Set<string>();
  for (const name of names) {
    const [file] = indexSignatureNames(await readFile(join(folder, name)), name);
    // The newest snapshot has the same bytes.
    const signed = done.has(file) ? { name: join(folder, name), outcome: 'signed already' as const } : await signFile(join(folder, name), join(folder, name), join(folder, file), request);
    done.add(file);
    yield signed;
  }
}

async function* signRepository(repository: string, request: SignRequest): AsyncGenerator<Signed, void, undefined> {
  const { registry, all, signal } = request;
  const tags = (await registry.tags(repository, { signal })) ?? [];
  const images = tags.filter((tag) => !isAttachedTag(tag));
  const chosen = all ? images : images.filter((tag) => tag === 'repository.yaml' || tag.endsWith('-repository.yaml'));
  if (chosen.length === 0) {
    const why = images.length === 0 ? 'it has no images' : 'it has no tag repository.yaml';
    throw problem('COS_SIGN_NOT_FOUND', `${repository} is no package repository: ${why}.`, 'Name an image by its tag or digest, or sign every image of the repository with --all.');
  }
  for (const tag of chosen) {
    const digest = (await registry.resolve(`${repository}:${tag}`, { signal }))?.digest;
    // It went away since the tags were listed.
    if (digest !== undefined) yield await signDigest({ repository, tag, digest }, request);
  }
}

async function signDigest({ repository, tag, digest }: { readonly repository: string; readonly tag: string | undefined; readonly digest: string }, request: SignRequest): Promise<Signed> {
  const { registry, key, trusted, missing, isSkipped, signatures, annotations, signal } = request;
  const named = tag === undefined ? repository : `${repository}:${tag}`;
  const name = `${named}@${digest}`;
  if (isSkipped(named)) return { name, outcome: 'skipped' };
  const place = signatures === undefined ? {} : { signatures };
  if (missing && (await isSigned({ registry, repository, digest, keys: [trusted], ...place, signal }))) return { name, outcome: 'signed already' };
  const optional = Object.keys(annotations).length === 0 ? {} : { optional: annotations };
  const isNew = await signImage({ registry, repository, digest, key, ...optional, ...place, signal });
  return { name, outcome: isNew ? 'signed' : 'signed already' };
}

async function isSigned(request: Parameters<typeof verifyImage>[0]): Promise<boolean> {
  try {
    await verifyImage(request);
    return true;
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}

