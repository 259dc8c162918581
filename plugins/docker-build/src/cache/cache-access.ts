import { createRegistry, hostSettings, parseRepository, type Credentials, type Registry } from '@cos/registry';
import type { EngineHost } from '../engine/container-engine.ts';
import { hostEnv } from '../options.ts';
import { Troubles } from './troubles.ts';

/** How repositories of images are reached in one process: one client, and what it learned about those that do not answer. */
export interface CacheAccess {
  readonly registry: Registry;
  /** Of repositories that images are looked for in. */
  readonly pulls: Troubles;
  /** Of repositories that images are pushed to. */
  readonly pushes: Troubles;
  /** Credentials for a repository in the form that an engine wants: base64 of JSON; undefined: none. */
  registryAuth(repository: string, signal: AbortSignal): Promise<string | undefined>;
}

export function useCaches({ plugin, env }: EngineHost): CacheAccess {
  const key = JSON.stringify([plugin.insecureRegistries, ...hostEnv.map((name) => env[name])]);
  const known = accesses.get(key);
  if (known !== undefined) return known;
  const settings = hostSettings(env);
  const access: CacheAccess = {
    registry: createRegistry({ ...settings, insecure: plugin.insecureRegistries, timeouts, retries }),
    pulls: new Troubles(),
    pushes: new Troubles(),
    registryAuth: async (repository, signal) => encode(await settings.auth.find(parseRepository(repository), { signal })),
  };
  accesses.set(key, access);
  return access;
}

const accesses = new Map<string, CacheAccess>();

/** A cache that does not answer soon is of no use: what it would save is spent on waiting. */
const timeouts = { connectMs: 10_000, answerMs: 15_000, idleMs: 30_000, documentMs: 60_000 };
const retries = { attempts: 3, longestWaitMs: 5_000 };

/** Format: the header X-Registry-Auth of docker's API, base64 for URLs with its padding. */
function encode(credentials: Credentials | undefined): string | undefined {
  if (credentials === undefined) return undefined;
  const text = JSON.stringify(authConfigOf(credentials));
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function authConfigOf(credentials: Credentials): object {
  switch (credentials.kind) {
    case 'password':
      return { username: credentials.username, password: credentials.password };
    case 'identity-token':
      return { identitytoken: credentials.token };
    case 'registry-token':
      return { registrytoken: credentials.token };
    default: {
      const never: never = credentials;
      return never;
    }
  }
}
