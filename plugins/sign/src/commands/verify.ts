import { resolve } from 'node:path';
import { defineCommand, type CommandContext, type Parameters } from '@cos/core';
import { createRegistry, hostSettings, type Registry } from '@cos/registry';
import { signatureRepository, type TrustedKey } from '@cos/trust';
import type * as z from 'zod/mini';
import type { pluginOptions } from '../options.ts';
import { isByBundle, verifySubjectByBundle } from '../keyless/verify-subject.ts';
import { explaining, problem } from '../problem.ts';
import { readSkipped } from '../skipped.ts';
import { findSubject, show, type Subject } from '../subject.ts';
import { verifyFiles } from '../files/verify-files.ts';
import { readKeys, type PublicKeys } from '../verifying/read-keys.ts';
import { findIndexStatement, readStatement, statementEnding } from '../verifying/read-statement.ts';
import { hasSignature, verifyFile } from '../verifying/verify-file.ts';
import { verifyImageRepository } from '../verifying/verify-image-repository.ts';
import { verifyImageSubject } from '../verifying/verify-image-subject.ts';
import { verifyRepository } from '../verifying/verify-repository.ts';

const parameters = {
  what: { type: 'text', required: true, positional: true, description: 'an image (host/path:tag or @digest), an image repository (docker:host/path), a repository folder, a file or a medium' },
  key: { type: 'list', description: 'the file of a public key, also of minisign, ssh and gpg; of several one is enough; default: cos.pub of the workspace' },
  files: { type: 'text', description: 'a signed manifest (mtree): the folder or archive must have these files, and no others' },
  ignore: { type: 'list', description: 'with --files: a path that does not count, with everything below it' },
  signature: { type: 'text', description: 'the signature of a file or of the index of a folder; default: FILE.sig, beside it' },
  bundle: { type: 'text', description: 'a bundle of sigstore (FILE.sigstore.json) whose signer is proven by a certificate instead of a key; needs --identity, --issuer and --trusted-root' },
  issuer: { type: 'text', description: 'with --bundle: the address of who must have said who the signer is' },
  trustedRoot: { type: 'text', description: 'with --bundle: the file of a trusted root of sigstore, with the authorities and logs that count' },
  identity: { type: 'text', description: 'the name that it must be signed for, where it is a copy; with --bundle: who must have signed it, as the certificate says' },
  signatures: { type: 'text', description: 'the image repository with signatures of images; default: that of the config, COSIGN_REPOSITORY, or that of the image' },
  skip: { type: 'list', description: 'a regular expression of images (host/path:tag) that are not verified' },
} as const satisfies Parameters;

export const verify = defineCommand({
  description: 'verify the signature of an image, a repository, a file or a medium',
  config: 'optional',
  parameters,
  async handle({ args, cwd, workspace, env, plugin, print, signal }: CommandContext<z.output<typeof pluginOptions>, typeof parameters>) {
    const subject = await findSubject(args.files ?? args.what, { cwd, workspace });
    if (args.files !== undefined && subject.kind !== 'file') throw problem('COS_SIGN_REQUEST', `Expected a file as --files; found ${subject.shown}.`, 'Name the manifest.');
    const isSkipped = readSkipped([...plugin.skip, ...args.skip]);
    if ((subject.kind === 'image' || subject.kind === 'repository') && isSkipped(subject.shown)) {
      print(`skipped: ${subject.shown} is not verified`);
      return;
    }
    const registry = createRegistry(hostSettings(env));
    try {
      await explaining(async () => {
        for (const line of isByBundle(args) ? await verifySubjectByBundle(subject, args, { registry, cwd, workspace, signal }) : await byKeys()) print(line);
        // Nothing is read of a manifest before it is found to be signed.
        if (args.files !== undefined && subject.kind === 'file') print(`good: ${args.what} has the ${await verifyFiles(subject, { what: args.what, cwd, ignore: args.ignore })} paths of ${subject.shown}, and no others`);
      });
    } finally {
      await registry.close();
    }

    async function byKeys(): Promise<readonly string[]> {
      const keys = await readKeys(args.key, { cwd, workspace });
      const signatures = args.signatures ?? plugin.signatures ?? signatureRepository(env);
      const policy = { keys: keys.own, ...(args.identity === undefined ? {} : { identity: args.identity }), ...(signatures === undefined ? {} : { signatures }) };
      const signature = args.signature === undefined ? undefined : resolve(cwd, args.signature);
      return verifySubject(subject, { keys, policy, signature, registry, workspace, signal });
    }
  },
});

interface Request {
  readonly keys: PublicKeys;
  readonly policy: { readonly keys: readonly TrustedKey[]; readonly identity?: string; readonly signatures?: string };
  readonly signature: string | undefined;
  readonly registry: Registry;
  readonly workspace: string;
  readonly signal: AbortSignal;
}

async function verifySubject(subject: Subject, { keys, policy, signature, registry, workspace, signal }: Request): Promise<readonly string[]> {
  const [foreign] = keys.ofPrograms;
  if (subject.kind !== 'file' && foreign !== undefined) throw problem('COS_SIGN_REQUEST', `Expected a key of cos to verify ${subject.shown}; found ${foreign.name}, a key of ${foreign.program.name}.`, 'Other programs sign files alone.');
  switch (subject.kind) {
    case 'file': {
      const { path, shown } = subject;
      const statement = await readStatement({ path, shown, envelope: `${path}${statementEnding}`, shownEnvelope: `${shown}${statementEnding}`, keys: policy.keys });
      const isCovered = statement !== undefined && signature === undefined && foreign === undefined && !(await hasSignature(path));
      const good = isCovered ? `${shown} has a statement that is signed by the owner of ${statement.key.name}` : await verifyFile({ path, shown, signature, keys, workspace, signal });
      return [`good: ${good}`, ...(statement?.lines ?? [])];
    }
    case 'folder': {
      const { folder, index, shown } = subject;
      const lines = await verifyRepository({ subject, registry, policy, signature, signal });
      const envelope = await findIndexStatement(folder, index);
      const statement = await readStatement({ path: index, shown, envelope, shownEnvelope: show(workspace, envelope), keys: policy.keys });
      return [...lines, ...(statement?.lines ?? [])];
    }
    case 'repository':
      return verifyImageRepository(subject, { registry, policy, signature, signal });
    case 'image':
      return verifyImageSubject({ subject, registry, policy, signal });
    default: {
      const never: never = subject;
      return never;
    }
  }
}
