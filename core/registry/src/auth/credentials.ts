import type { Repository } from '../reference/reference.ts';

/** Who asks. Never logged, never part of an error. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A token that a token server changes into short-lived ones. */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** A token that the registry takes as it is. */
  | { readonly kind: 'registry-token'; readonly token: string };

/** Where credentials come from. */
export interface AuthProvider {
  /** The credentials for a repository; undefined = ask without. `server` is the registry, or the address that is used instead of it. */
  readonly find: (server: Repository, options: { readonly signal: AbortSignal }) => Promise<Credentials | undefined>;
}

/** Asks without credentials everywhere. */
export const anonymous: AuthProvider = { find: async () => undefined };

/** Credentials by registry: `{ 'docker.io': …, 'localhost:5000': … }`. Other registries are asked without. */
export function fixedAuth(credentials: Readonly<Record<string, Credentials>>): AuthProvider {
  return { find: async ({ registry }) => (Object.hasOwn(credentials, registry) ? credentials[registry] : undefined) };
}
