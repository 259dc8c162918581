import type { StandardSchemaV1 } from '@standard-schema/spec';

// A secret is named in the config and read only while a stage runs: neither its value nor anything made of it is written anywhere.

/** Where a secret comes from: a variable of the environment, or a file outside of the workspace's fingerprints. */
export type SecretSource = { readonly env: string } | { readonly file: string };

/** A named secret. Its value is only to be had through the context of a running stage or command. */
export interface Secret {
  readonly secret: SecretSource;
  /** What enters the fingerprint. */
  readonly name: string;
}

export function isSecret(value: unknown): value is Secret {
  if (typeof value !== 'object' || value === null || !('secret' in value) || !('name' in value)) return false;
  return typeof value.name === 'string' && typeof value.secret === 'object' && value.secret !== null && ('env' in value.secret || 'file' in value.secret);
}

/** Schema of an option that names a secret: `{ env: 'NAME' }` or `{ file: 'path' }`. */
export function secret(): StandardSchemaV1<SecretSource, Secret> {
  return {
    '~standard': {
      version: 1,
      vendor: 'cos',
      validate: (value) => {
        if (typeof value === 'object' && value !== null) {
          const keys = Object.keys(value);
          if (keys.length === 1) {
            if ('env' in value && typeof value.env === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value.env)) {
              return { value: { secret: { env: value.env }, name: `env:${value.env}` } };
            }
            if ('file' in value && typeof value.file === 'string' && value.file !== '') {
              return { value: { secret: { file: value.file }, name: `file:${value.file}` } };
            }
          }
        }
        return { issues: [{ message: 'expected { env: "NAME" } or { file: "path" }: a secret is named here, never written' }] };
      },
    },
  };
}
