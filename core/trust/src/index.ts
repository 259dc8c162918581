// What other packages may use.

export { TrustError } from './trust-error.ts';
export type { TrustErrorCode, TrustErrorDetails } from './trust-error.ts';
export { generateKeyPair, openPrivateKey, publicPem, readPublicKey } from './keys/key-pair.ts';
export type { KeyPair } from './keys/key-pair.ts';
export { readTrustedKey, trustedKey } from './keys/trusted-key.ts';
export type { TrustedKey } from './keys/trusted-key.ts';
export { algorithm, createSignature, findSigner, verifySignature } from './signature/file-signature.ts';
export { checkSignatures, isSameIdentity } from './signature/check-signatures.ts';
export type { CheckRequest, Verified } from './signature/check-signatures.ts';
export { readPayload, sha256Of, writePayload } from './signature/payload.ts';
export type { Payload, SignedPayload } from './signature/payload.ts';
export { isAttachedTag, signatureTag } from './images/signature-tag.ts';
export { readSignatures } from './images/signature-image.ts';
export type { KeptSignatures, SignaturesRequest } from './images/signature-image.ts';
export { signImage } from './images/sign-image.ts';
export type { SignImageRequest } from './images/sign-image.ts';
export { verifyImage } from './images/verify-image.ts';
export type { VerifyImageRequest } from './images/verify-image.ts';
export { indexSignatureNames, verifyIndexFile } from './repositories/index-signature.ts';
export type { VerifyIndexRequest } from './repositories/index-signature.ts';
export { checkAge, compareSeen, formatSeen, parseSeen } from './repositories/seen.ts';
export type { Seen, SeenRecord } from './repositories/seen.ts';
export { findPolicy, policyOf } from './policy/policy.ts';
export type { GivenPolicy, NamedPolicy, Policy } from './policy/policy.ts';
export { readPolicies } from './policy/read-policies.ts';
export { openEnvelope, sealEnvelope, statementType } from './envelope/envelope.ts';
export type { OpenedEnvelope } from './envelope/envelope.ts';
