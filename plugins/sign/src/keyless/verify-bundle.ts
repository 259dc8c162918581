import type { Bundle } from '@sigstore/bundle';
import type { Signer, TrustMaterial } from '@sigstore/verify';
import { readStatement, statementType, TrustError } from '@cos/trust';
import * as z from 'zod/mini';
import { printable, provenanceForm, provenanceType, tellProvenance } from '../verifying/provenance.ts';
import { readSmall } from '../verifying/read-small.ts';
import { fileSignature } from './file-signature.ts';
import { loadSigstore, type Sigstore } from './load-sigstore.ts';

// Bundles of sigstore whose signer is proven by a certificate for a moment: who he was then is what an issuer of identities has said, and a log that everybody
// can read keeps that it was said. All of it is in the bundle and in the trusted root, so no network is asked. What is compared how is a matter of sigstore's own packages.

const MAX_FILE = 64 * 1024 * 1024;

export interface VerifyBundleRequest {
  /** What must be signed: how messages name it, and the SHA-256 of a file or of the manifest of an image. */
  readonly object: { readonly shown: string; readonly sha256: string };
  /** The file itself, for bundles that sign its bytes; undefined: it is an image. */
  readonly path: string | undefined;
  readonly bundle: NamedFile;
  /** Whose keys count: JSON of sigstore's trusted root, as `cosign trusted-root create` and TUF have it. */
  readonly trustedRoot: NamedFile;
  /** What the certificate must say, to the letter: an address, or that of a workflow. */
  readonly identity: string;
  /** Who must have said so. */
  readonly issuer: string;
  /** Default: the packages that are installed. */
  readonly sigstore?: () => Promise<Sigstore>;
}

export interface NamedFile {
  readonly path: string;
  readonly shown: string;
}

/** Answers what to tell, a line each. Throws COS_SIGN_PACKAGE, and TrustError `signature-file`, `key`, `invalid` or `identity`. */
export async function verifyBundle(request: VerifyBundleRequest): Promise<readonly string[]> {
  const { object, bundle: file, identity, issuer } = request;
  const sigstore = await loadSigstore(request.sigstore);
  const bundle = parse(await readSmall(file.path, file.shown, MAX_FILE), (json) => sigstore.bundle.bundleFromJSON(json), (cause) => new TrustError('signature-file', `${file.shown} is no bundle of sigstore.`, { expected: 'a bundle, FILE.sigstore.json', found: reasonOf(cause), cause }));
  const material = await readTrustedRoot(sigstore, request.trustedRoot);
  const signer = verifySigner(sigstore, bundle, material, request);
  const found = { identity: signer.identity?.subjectAlternativeName ?? 'none', issuer: signer.identity?.extensions?.issuer ?? 'none' };
  if (found.identity !== identity) throw new TrustError('identity', `${file.shown} is signed by somebody else.`, { expected: identity, found: found.identity, hint: 'If that is who should have signed it, name it with --identity.' });
  if (found.issuer !== issuer) throw new TrustError('identity', `Who has signed ${file.shown} is said by another issuer.`, { expected: issuer, found: found.issuer, hint: 'If that is who should say it, name it with --issuer.' });
  const said = tellContent(bundle, request);
  const logged = bundle.verificationMaterial.tlogEntries.map(({ logIndex, integratedTime }) => `in the transparency log${timeOf(integratedTime)}, entry ${printable(logIndex)}`);
  return [`good: ${object.shown} is signed by ${printable(found.identity)}, as ${printable(found.issuer)} says`, ...logged, ...said];
}

function verifySigner(sigstore: Sigstore, bundle: Bundle, material: TrustMaterial, { object, path, bundle: file }: VerifyBundleRequest): Signer {
  const refuse = (found: string, cause?: unknown): TrustError =>
    new TrustError('invalid', `${file.shown} does not prove who has signed ${object.shown}.`, { found, hint: 'The file or the bundle was changed, or others than those of the trusted root have signed it: do not use it.', ...(cause === undefined ? {} : { cause }) });
  const { content } = bundle;
  if (content.$case === 'messageSignature') {
    if (path === undefined) throw refuse('a signature of bytes, where an image needs a statement');
    if (content.messageSignature.messageDigest.algorithm !== sigstore.specs.HashAlgorithm.SHA2_256) throw refuse('a digest that is no SHA-256');
    if (Buffer.from(content.messageSignature.messageDigest.digest).toString('hex') !== object.sha256) throw refuse(`the digest ${Buffer.from(content.messageSignature.messageDigest.digest).toString('hex')} instead of ${object.sha256}`);
  }
  try {
    const entity = sigstore.verify.toSignedEntity(bundle, Buffer.alloc(0));
    const signature = content.$case === 'messageSignature' && path !== undefined ? fileSignature({ path, sha256: object.sha256, signature: content.messageSignature.signature }) : entity.signature;
    return new sigstore.verify.Verifier(material).verify({ ...entity, signature });
  } catch (cause) {
    // Whatever these packages cannot read of a bundle is no proof.
    throw refuse(reasonOf(cause), cause);
  }
}

/** What a statement says, when the bundle holds one: it must be about the object. */
function tellContent({ content }: Bundle, { object, bundle: file }: VerifyBundleRequest): readonly string[] {
  if (content.$case !== 'dsseEnvelope') return [];
  const { payload, payloadType } = content.dsseEnvelope;
  if (payloadType !== statementType) throw new TrustError('signature-file', `${file.shown} is signed, but holds no statement.`, { expected: statementType, found: printable(payloadType) });
  const { subjects, predicateType, predicate } = readStatement(payload, file.shown);
  if (!subjects.some(({ sha256 }) => sha256 === object.sha256)) {
    throw new TrustError('invalid', `${file.shown} is about something else than ${object.shown}.`, { expected: `sha256 ${object.sha256}`, found: subjects.map(({ sha256 }) => sha256 ?? 'no SHA-256').join(', '), hint: 'The object was changed, or it is another one: do not use it.' });
  }
  const provenance = predicateType === provenanceType ? z.safeParse(provenanceForm, predicate) : undefined;
  return provenance?.success === true ? tellProvenance(provenance.data) : [`it states ${printable(predicateType)}`];
}

/** Newer logs say no time; a time stamp of somebody else proves it then. */
function timeOf(seconds: string): string {
  const time = new Date(Number(seconds) * 1000);
  return Number(seconds) > 0 && !Number.isNaN(time.getTime()) ? ` at ${time.toISOString().replace('.000', '')}` : '';
}

async function readTrustedRoot({ specs, verify }: Sigstore, { path, shown }: NamedFile): Promise<TrustMaterial> {
  return parse(await readSmall(path, shown, MAX_FILE), (json) => verify.toTrustMaterial(specs.TrustedRoot.fromJSON(json)), (cause) => new TrustError('key', `${shown} is no trusted root of sigstore.`, { expected: 'JSON with certificate authorities and transparency logs', found: reasonOf(cause), cause }));
}

function parse<T>(text: string, read: (json: unknown) => T, refuse: (cause: unknown) => TrustError): T {
  try {
    return read(JSON.parse(text));
  } catch (cause) {
    throw refuse(cause);
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? printable(cause.message) : 'something else';
}
