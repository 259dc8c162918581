import { readFile } from 'node:fs/promises';
import { isRecord, findText, parseJson, type JsonRecord } from '../manifest/json.ts';
import { RegistryError } from '../registry-error.ts';
import type { Repository } from '../reference/reference.ts';
import type { Credentials } from './credentials.ts';

// Files of credentials: docker's config.json and containers-auth.json(5). Nothing of their content goes into a message, because any part of a file
// that is not understood may be a secret.

export interface AuthFile {
  readonly path: string;
  readonly content: JsonRecord;
}

/** Reads a file; undefined where it does not exist. Throws `credentials`. */
export async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw wrong(path, 'a file that can be read', typeof code === 'string' ? code : 'an error', error);
  }
  const content = text.trim() === '' ? {} : parseJson(text);
  if (!isRecord(content)) throw wrong(path, 'a JSON object', 'something else');
  return { path, content };
}

/** The name of the helper program for a registry: its own, or that of all. */
export function findHelper({ path, content }: AuthFile, server: Repository): string | undefined {
  const own = entryFor(content['credHelpers'], server);
  const name = typeof own === 'string' ? own : findText(content, 'credsStore');
  if (name === undefined || name === '') return undefined;
  // The name becomes part of the name of a program, which must not lie elsewhere than the programs do.
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) throw wrong(path, 'the name of a credential helper, made of A-Z a-z 0-9 _ . -', JSON.stringify(name.slice(0, 100)));
  return name;
}

/** What is written for a repository: the entry for the most of its path counts. */
export function findAuth({ path, content }: AuthFile, server: Repository): Credentials | undefined {
  const entry = entryFor(content['auths'], server);
  if (entry === undefined || !isRecord(entry)) return undefined;
  const registryToken = findText(entry, 'registrytoken') ?? '';
  if (registryToken !== '') return { kind: 'registry-token', token: registryToken };
  const identityToken = findText(entry, 'identitytoken') ?? '';
  if (identityToken !== '') return { kind: 'identity-token', token: identityToken };
  const auth = findText(entry, 'auth') ?? '';
  if (auth === '') {
    const username = findText(entry, 'username') ?? '';
    return username === '' ? undefined : { kind: 'password', username, password: findText(entry, 'password') ?? '' };
  }
  const decoded = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  if (colon < 1) throw wrong(path, `user:password in base64 as "auth" of ${server.registry}`, 'something else');
  return { kind: 'password', username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** How docker's own tools call Docker Hub in these files and to helpers. */
export const dockerHubKey = 'https://index.docker.io/v1/';

function entryFor(table: JsonRecord[string], { registry, repository }: Repository): JsonRecord[string] {
  if (!isRecord(table)) return undefined;
  const keys = new Map<string, string>();
  // Of keys that mean the same, the exact one counts, then the first by code unit.
  for (const key of Object.keys(table).sort()) if (!keys.has(serverOf(key)) || key === registry) keys.set(serverOf(key), key);
  const parts = repository.split('/');
  for (let length = parts.length; length >= 0; length -= 1) {
    const key = keys.get([serverOf(registry), ...parts.slice(0, length)].join('/'));
    if (key !== undefined) return table[key];
  }
  return undefined;
}

/** `https://registry.example/v2/` is `registry.example`; Docker Hub has several names. */
function serverOf(key: string): string {
  const bare = key
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/\/v[12]$/, '');
  return bare.replace(/^(?:index\.docker\.io|registry-1\.docker\.io)(?=\/|$)/, 'docker.io');
}

function wrong(path: string, expected: string, found: string, cause?: unknown): RegistryError {
  return new RegistryError({ code: 'credentials', summary: `The credentials in ${path} cannot be used.`, expected, found, hint: 'Log in again, or mend the file.', ...(cause === undefined ? {} : { cause }) });
}
