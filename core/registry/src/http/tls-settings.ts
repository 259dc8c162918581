import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { RegistryError } from '../registry-error.ts';

/** What one host needs beside the authorities that everybody trusts. Certificates and keys in PEM. */
export interface HostTls {
  readonly authorities: readonly string[];
  readonly client?: { readonly cert: string; readonly key: string };
}

export interface TlsOptions {
  /** More authorities for every host, in PEM. */
  readonly authorities?: readonly string[];
  /** By host with its port: authorities and a client certificate. */
  readonly hosts?: Readonly<Record<string, HostTls>>;
  /**
   * Folders like docker's `/etc/docker/certs.d`: `<host:port>/*.crt` are authorities, `<host:port>/<name>.cert` with `<name>.key` is a client
   * certificate. The first folder that has the host counts; `hosts` counts more. Folders that do not exist are passed over.
   */
  readonly folders?: readonly string[];
}

export interface TlsSettings {
  /** The settings of a host with its port; undefined where it has none. Throws `certificate`. */
  readonly find: (host: string) => Promise<HostTls | undefined>;
  /** Authorities that count for every host: those of Node, those of the system, and the given ones. */
  readonly authorities: () => readonly string[];
}

/** Settings are read once, when a host is asked for the first time. */
export function createTlsSettings({ authorities = [], hosts = {}, folders = [] }: TlsOptions): TlsSettings {
  const read = new Map<string, Promise<HostTls | undefined>>();
  let common: readonly string[] | undefined;
  return {
    async find(host) {
      if (Object.hasOwn(hosts, host)) return hosts[host];
      const settings = read.get(host) ?? findInFolders(folders, host);
      read.set(host, settings);
      return settings;
    },
    authorities() {
      common ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...authorities])];
      return common;
    },
  };
}

async function findInFolders(folders: readonly string[], host: string): Promise<HostTls | undefined> {
  for (const folder of folders) {
    const found = await readHostFolder(join(folder, host), host);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Format: docker's "Verify repository client with certificates", containers-certs.d(5). */
async function readHostFolder(folder: string, host: string): Promise<HostTls | undefined> {
  const names = await listFolder(folder, host);
  if (names === undefined) return undefined;
  const keyOf = (cert: string): string => cert.replace(/\.cert$/, '.key');
  const certs = names.filter((name) => name.endsWith('.cert'));
  const alone = certs.find((name) => !names.includes(keyOf(name)));
  if (alone !== undefined) throw wrong(host, `${join(folder, keyOf(alone))}, the key of ${alone}`, 'no such file');
  const texts = async (list: readonly string[]): Promise<readonly string[]> => Promise.all(list.map(async (name) => readPem(join(folder, name), host)));
  const authorities = await texts(names.filter((name) => name.endsWith('.crt')));
  const [cert] = certs;
  if (cert === undefined) return { authorities };
  const [certText = '', keyText = ''] = await texts([cert, keyOf(cert)]);
  return { authorities, client: { cert: certText, key: keyText } };
}

async function listFolder(folder: string, host: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw wrong(host, `a folder ${folder} that can be read`, String(code), error);
  }
}

async function readPem(path: string, host: string): Promise<string> {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw wrong(host, `a file ${path} that can be read`, error instanceof Error ? String(Reflect.get(error, 'code')) : 'an error', error);
  }
  if (text.includes('-----BEGIN ')) return text;
  throw wrong(host, `PEM in ${path}`, 'something else');
}

function wrong(host: string, expected: string, found: string, cause?: unknown): RegistryError {
  return new RegistryError({ code: 'certificate', registry: host, summary: `The certificates for ${host} cannot be used.`, expected, found, ...(cause === undefined ? {} : { cause }) });
}
