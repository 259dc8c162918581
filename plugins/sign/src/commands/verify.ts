import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { defineCommand } from '@cos/core';
import { readPublicKey, verifySignature } from '@cos/trust';
import { findIndex } from '../find-index.ts';
import { explaining, problem } from '../problem.ts';

const MAX_SMALL_FILE = 64 * 1024;

export const verify = defineCommand({
  description: 'verify the signature of a file or of a repository folder',
  parameters: {
    path: { type: 'text', required: true, positional: true, description: 'the file, or the repository folder' },
    signature: { type: 'text', description: 'the signature file; default: the name of the file and .sig, beside it' },
    key: { type: 'text', description: 'the public key; default: cos.pub of the workspace' },
  },
  async handle({ args, cwd, workspace, print }) {
    const path = resolve(cwd, args.path);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw missing(args.path);
    const subject = found.isDirectory() ? await findIndex(path, args.path) : path;
    const signature = args.signature === undefined ? await findSignature(subject) : resolve(cwd, args.signature);
    const shown = { subject: show(workspace, subject), signature: show(workspace, signature) };
    await checkPresent(signature, subject, shown);
    const keyName = args.key ?? 'cos.pub';
    const key = await explaining(async () => readPublicKey(await readSmall(args.key === undefined ? join(workspace, keyName) : resolve(cwd, args.key), keyName), keyName));
    const isGood = await explaining(async () => verifySignature(createReadStream(subject), await readSmall(signature, shown.signature), key, shown.signature));
    if (!isGood) {
      throw problem(
        'COS_SIGN_INVALID',
        `The signature ${shown.signature} does not fit ${shown.subject} and the key ${keyName}.`,
        'The file or the signature was changed, or another key has signed: do not use the file.',
      );
    }
    print(`good: ${shown.subject} is signed by the owner of ${keyName}`);
  },
});

/** An ISO has no signature of its own: its checksum has. */
async function checkPresent(signature: string, subject: string, shown: { readonly subject: string; readonly signature: string }): Promise<void> {
  if (await isThere(signature)) return;
  const hint = (await isThere(`${subject}.sha256.sig`)) ? `Its checksum is signed: cos verify ${shown.subject}.sha256, then compare with sha256sum --check.` : 'Sign it with `cos run sign`, or name the signature with --signature.';
  throw problem('COS_SIGN_NOT_FOUND', `Expected the signature of ${shown.subject} at ${shown.signature}; it is not there.`, hint);
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Relative to the workspace where the path lies inside. */
function show(workspace: string, path: string): string {
  const inside = relative(workspace, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** The signature of a repository's index lies in the folder or beside it, because a folder that is built is not added to. */
async function findSignature(subject: string): Promise<string> {
  const beside = `${subject}.sig`;
  const outside = join(dirname(dirname(subject)), 'repository.yaml.sig');
  return !(await isThere(beside)) && subject.endsWith('/repository.yaml') ? outside : beside;
}

async function readSmall(path: string, shown: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) throw missing(shown);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_SMALL_FILE), 0, MAX_SMALL_FILE, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function missing(path: string): Error {
  return problem('COS_SIGN_NOT_FOUND', `Expected a readable file or folder; found none at ${path}.`, 'Give paths relative to the current folder, or absolute ones.');
}
