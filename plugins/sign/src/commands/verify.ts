import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
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
    const found = await stat(inWorkspace(args.path)).catch(() => undefined);
    if (found === undefined) throw missing(args.path);
    const subject = found.isDirectory() ? await findIndex(inWorkspace(args.path), args.path) : inWorkspace(args.path);
    const signature = args.signature === undefined ? await findSignature(subject) : inWorkspace(args.signature);
    const shown = { subject: show(workspace, subject), signature: show(workspace, signature) };
    const key = readPublicKey(await readSmall(inWorkspace(args.key), args.key), args.key);
    const isGood = await verifySignature(createReadStream(subject), await readSmall(signature, shown.signature), key, shown.signature);
    if (!isGood) {
      throw problem(
        'COS_SIGN_INVALID',
        `The signature ${shown.signature} does not fit ${shown.subject} and the key ${args.key}.`,
        'The file or the signature was changed, or another key has signed: do not use the file.',
      );
    }
    print(`good: ${shown.subject} is signed by the owner of ${args.key}`);
  },
});

/** Relative to the workspace where the path lies inside. */
function show(workspace: string, path: string): string {
  const inside = relative(workspace, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** The signature of a repository's index lies in the folder or beside it, because a folder that is built is not added to. */
async function findSignature(subject: string): Promise<string> {
  const beside = `${subject}.sig`;
  const outside = join(dirname(dirname(subject)), 'repository.yaml.sig');
  const isMissing = (await stat(beside).catch(() => undefined)) === undefined;
  return isMissing && subject.endsWith('/repository.yaml') ? outside : beside;
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
  return problem('COS_SIGN_NOT_FOUND', `${path} cannot be read.`, 'Give paths relative to the workspace, or absolute ones.');
}
