import { resolve } from 'node:path';
import type { Registry } from '@cos/registry';
import { sha256OfFile } from '@cos/trust';
import { problem } from '../problem.ts';
import { show, type Subject } from '../subject.ts';
import { verifyBundle } from './verify-bundle.ts';

/** What the command line says of a bundle. */
export interface BundleArguments {
  readonly bundle?: string | undefined;
  readonly identity?: string | undefined;
  readonly issuer?: string | undefined;
  readonly trustedRoot?: string | undefined;
}

export interface BundleContext {
  readonly registry: Registry;
  readonly cwd: string;
  readonly workspace: string;
  readonly signal: AbortSignal;
}

/** Whether something is to be verified by a bundle, and not by keys. Throws COS_SIGN_REQUEST where the rest of it is missing. */
export function isByBundle({ bundle, identity, issuer, trustedRoot }: BundleArguments): boolean {
  if (bundle === undefined && issuer === undefined && trustedRoot === undefined) return false;
  const missing = Object.entries({ '--bundle': bundle, '--identity': identity, '--issuer': issuer, '--trusted-root': trustedRoot }).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length > 0) throw problem('COS_SIGN_REQUEST', `Expected --bundle, --identity, --issuer and --trusted-root together; found no ${missing.join(', no ')}.`, 'A bundle proves that somebody has signed; who that has to be, says who, and by which authorities, nobody but you can say.');
  return true;
}

/** Verifies a file or an image by a bundle of sigstore. Answers what to tell, a line each. Throws CosError, TrustError and RegistryError. */
export async function verifySubjectByBundle(subject: Subject, { bundle = '', identity = '', issuer = '', trustedRoot = '' }: BundleArguments, { registry, cwd, workspace, signal }: BundleContext): Promise<readonly string[]> {
  const named = (file: string): { readonly path: string; readonly shown: string } => ({ path: resolve(cwd, file), shown: show(workspace, resolve(cwd, file)) });
  const by = { bundle: named(bundle), trustedRoot: named(trustedRoot), identity, issuer };
  if (subject.kind === 'file') return verifyBundle({ ...by, path: subject.path, object: { shown: subject.shown, sha256: await sha256OfFile(subject.path, signal) } });
  if (subject.kind !== 'image') throw problem('COS_SIGN_REQUEST', `Expected a file or an image with --bundle; found ${subject.shown}.`, 'Name repository.yaml of a folder, or the image by its tag or digest.');
  const digest = (await registry.resolve(subject.reference, { signal }))?.digest;
  if (digest === undefined) throw problem('COS_SIGN_NOT_FOUND', `There is no image ${subject.shown}.`, 'Check the reference.');
  return verifyBundle({ ...by, path: undefined, object: { shown: `${subject.repository}@${digest}`, sha256: digest.slice('sha256:'.length) } });
}
