import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import type { TlsFiles } from './endpoint.ts';

// Contexts of the docker program: named endpoints below its configuration folder. The client library does not know them.

export interface EngineContext {
  readonly name: string;
  /** `unix://…` or `tcp://…`. */
  readonly host: string;
  readonly tls: TlsFiles | undefined;
}

/**
 * The context that DOCKER_CONTEXT or the configuration's `currentContext` names; undefined when neither names one, or the name is `default`.
 * Throws COS_DOCKER_CONTEXT_UNKNOWN when the named one cannot be read.
 */
export async function readEngineContext(env: Readonly<Record<string, string>>, home: string): Promise<EngineContext | undefined> {
  const folder = env['DOCKER_CONFIG'] ?? join(home, '.docker');
  const named = env['DOCKER_CONTEXT'] ?? '';
  const name = named === '' ? await currentContext(join(folder, 'config.json')) : named;
  if (name === undefined || name === '' || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'contexts', 'meta', id, 'meta.json');
  const host = hostOf(await readJson(file, true));
  if (host === undefined) {
    return fail('COS_DOCKER_CONTEXT_UNKNOWN', `The context ${JSON.stringify(name)} of the docker program has no endpoint: expected "Endpoints.docker.Host" in ${file}`);
  }
  return { name, host, tls: await readTlsFolder(join(folder, 'contexts', 'tls', id, 'docker')) };
}

/** Reads ca.pem, cert.pem and key.pem, as far as they exist; undefined when none does. */
export async function readTlsFolder(folder: string): Promise<TlsFiles | undefined> {
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => readIfThere(join(folder, name))));
  return ca === undefined && cert === undefined && key === undefined ? undefined : { ca, cert, key };
}

async function currentContext(file: string): Promise<string | undefined> {
  const config = await readJson(file, false);
  const name = field(config, 'currentContext');
  return typeof name === 'string' ? name : undefined;
}

function hostOf(meta: unknown): string | undefined {
  const host = field(field(field(meta, 'Endpoints'), 'docker'), 'Host');
  return typeof host === 'string' && host !== '' ? host : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}

async function readJson(file: string, needed: boolean): Promise<unknown> {
  const text = await readIfThere(file);
  if (text === undefined) return needed ? fail('COS_DOCKER_CONTEXT_UNKNOWN', `The file of the docker program's context is not there: ${file}`) : undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    return fail('COS_DOCKER_CONTEXT_UNKNOWN', `The docker program's file ${file} is not JSON.`, { cause });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    return fail('COS_DOCKER_CONTEXT_UNKNOWN', `The docker program's file ${file} cannot be read.`, { cause: error });
  }
}
