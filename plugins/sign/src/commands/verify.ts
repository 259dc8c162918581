import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { defineCommand } from '@cos/core';
import { findIndex } from '../find-index.ts';
import { readPublicKey } from '../key-pair.ts';
import { problem } from '../problem.ts';
import { verifySignature } from '../signature.ts';

const MAX_SMALL_FILE = 64 * 1024;

export const verify = defineCommand({
  description: 'verify the signature of a file or of a repository folder',
  parameters: {
    path: { type: 'text', required: true, positional: true, description: 'the file, or the repository folder' },
    signature: { type: 'text', description: 'the signature file; default: the name of the file and .sig, beside it' },
    key: { type: 'text', default: 'cos.pub', description: 'the public key' },
  },
  async handle({ args, workspace, print }) {
    const inWorkspace = (path: string): string => (isAbsolute(path) ? path : join(workspace, path));
    const path = inWorkspace(args.path);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw missing(path);
    const subject = found.isDirectory() ? await findIndex(path) : path;
    const signaturePath = args.signature === undefined ? await findSignature(subject) : inWorkspace(args.signature);
    const keyPath = inWorkspace(args.key);
    const key = readPublicKey(await readSmall(keyPath), keyPath);
    const isGood = await verifySignature(createReadStream(subject), await readSmall(signaturePath), key, signaturePath);
    if (!isGood) {
      throw problem('COS_SIGN_INVALID', `The signature ${signaturePath} does not fit ${subject} and the key ${keyPath}.`, 'The file or the signature was changed, or another key has signed: do not use the file.');
    }
    print(`good: ${subject} is signed by the owner of ${keyPath}`);
  },
});

/** The signature of a repository's index lies in the folder or beside it, because a folder that is built is not added to. */
async function findSignature(subject: string): Promise<string> {
  const beside = `${subject}.sig`;
  const outside = join(dirname(dirname(subject)), 'repository.yaml.sig');
  const isMissing = (await stat(beside).catch(() => undefined)) === undefined;
  return isMissing && subject.endsWith('/repository.yaml') ? outside : beside;
}

async function readSmall(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) throw missing(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_SMALL_FILE), 0, MAX_SMALL_FILE, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function missing(path: string): Error {
  return problem('COS_SIGN_NOT_FOUND', `${path} cannot be read.`, 'Give paths relative to the workspace, or absolute ones.');
}
