// Strings that mean something: each brand is made by one function of the engine only, so that a digest cannot be passed where a key is wanted.

type Brand<B extends string> = string & { readonly __brand: B };

/** SHA-256 of content, as `sha256:<64 hex digits>`. */
export type Digest = Brand<'Digest'>;
/** SHA-256 of everything that a task reads, as 64 hex digits. */
export type Fingerprint = Brand<'Fingerprint'>;
/** Readable identity of a task in a workspace: `plugin.stage#name`. */
export type TaskKey = Brand<'TaskKey'>;

const digestForm = /^sha256:[0-9a-f]{64}$/;

/** Checks and brands a digest. Throws when the text is no digest: whoever calls has computed it or has checked it before. */
export function asDigest(text: string): Digest {
  if (!digestForm.test(text)) throw new TypeError(`Internal error: not a digest: ${JSON.stringify(text)}`);
  return text as Digest;
}

/** True for `sha256:` followed by 64 lower-case hex digits. */
export function isDigest(text: string): text is Digest {
  return digestForm.test(text);
}

/** The 64 hex digits of a digest, for file names. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** Brands a fingerprint; only `fingerprint/` makes new ones. */
export function asFingerprint(hex: string): Fingerprint {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new TypeError(`Internal error: not a fingerprint: ${JSON.stringify(hex)}`);
  return hex as Fingerprint;
}

/** Makes the key of a task; only `plan/` makes new ones. */
export function taskKey(plugin: string, stage: string, name: string): TaskKey {
  return `${plugin}.${stage}#${name}` as TaskKey;
}
