import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface KeyPair {
  /** Files in PEM. */
  readonly cert: string;
  readonly key: string;
}

/** Makes an authority with openssl. */
export function makeAuthority(folder: string, name: string): KeyPair {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert]);
  return { cert, key };
}

/** Makes a certificate that an authority signs: for the loopback as a server, or for a client. */
export function makeCertificate(folder: string, name: string, authority: KeyPair, { names = 'IP:127.0.0.1,DNS:localhost', days = '2' }: { readonly names?: string; readonly days?: string } = {}): KeyPair {
  const [cert, key, request, extensions] = ['crt', 'key', 'csr', 'ext'].map((ending) => join(folder, `${name}.${ending}`)) as [string, string, string, string];
  openssl(['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', key, '-out', request]);
  writeFileSync(extensions, `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  openssl(['x509', '-req', '-in', request, '-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial', '-days', days, '-extfile', extensions, '-out', cert]);
  return { cert, key };
}

function openssl(words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: 'pipe' });
}
