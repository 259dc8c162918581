import type { RegistryErrorCode } from '../registry-error.ts';

/** Why there is no answer, or not all of it. It becomes a `RegistryError` where it is known what was asked for. */
export class ConnectionProblem extends Error {
  override readonly name = 'ConnectionProblem';
  readonly code: RegistryErrorCode;
  readonly found: string;
  readonly hint: string | undefined;
  /** Whether the same request may go well the next time. */
  readonly mayPass: boolean;

  constructor({ code, found, hint, mayPass, cause }: { readonly code: RegistryErrorCode; readonly found: string; readonly hint?: string; readonly mayPass: boolean; readonly cause: unknown }) {
    super(found, { cause });
    this.code = code;
    this.found = found;
    this.hint = hint;
    this.mayPass = mayPass;
  }
}

/** What an error of undici, of Node's sockets or of OpenSSL means. Errors that are none of these are thrown: they are bugs. */
export function problemOf(error: unknown, url: URL): ConnectionProblem {
  if (error instanceof ConnectionProblem) return error;
  // Such an error carries what was received, which may be a secret: it is not kept.
  if (error instanceof Error && error.name === 'HTTPParserError') return new ConnectionProblem({ ...notHttp(url), cause: undefined });
  const code = codeOf(error);
  const known = code === undefined ? undefined : describe(code, url);
  if (known === undefined) throw error;
  return new ConnectionProblem({ ...known, cause: error });
}

type Description = Omit<ConstructorParameters<typeof ConnectionProblem>[0], 'cause'>;

/** Codes: Node's "Common system errors", undici's `docs/docs/api/Errors.md`, OpenSSL's `X509_verify_cert_error_string`. */
function describe(code: string, { host, hostname, protocol }: URL): Description | undefined {
  switch (code) {
    case 'ENOTFOUND':
      return { code: 'unreachable', found: `no address for the name ${hostname}`, hint: 'Check the name of the registry and the DNS of this machine.', mayPass: false };
    case 'EAI_AGAIN':
      return { code: 'unreachable', found: `no answer of the DNS for the name ${hostname}`, mayPass: true };
    case 'ECONNREFUSED':
      return { code: 'unreachable', found: `${host} refuses connections`, hint: 'Check the port, and whether the registry runs.', mayPass: true };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return { code: 'unreachable', found: `no way to ${host}`, mayPass: true };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
    case 'UND_ERR_CLOSED':
    case 'UND_ERR_DESTROYED':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      // TLS 1.3 refuses clients after the handshake, of which no more than a closed connection can be seen.
      return { code: 'unreachable', found: `the connection to ${host} broke`, ...(protocol === 'https:' ? { hint: 'If the registry wants a client certificate, give one for this host.' } : {}), mayPass: true };
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return { code: 'timeout', found: `no connection to ${host} in time`, mayPass: true };
    case 'UND_ERR_HEADERS_TIMEOUT':
      return { code: 'timeout', found: `no answer of ${host} in time`, mayPass: true };
    case 'UND_ERR_BODY_TIMEOUT':
      return { code: 'timeout', found: `the answer of ${host} stopped`, mayPass: true };
    case 'UND_ERR_HEADERS_OVERFLOW':
      return { code: 'protocol', found: `${host} answers with headers without end`, mayPass: false };
    default:
      if (code === 'EPROTO' || code.startsWith('ERR_SSL_WRONG_VERSION') || code.startsWith('ERR_SSL_PACKET_LENGTH')) return { code: 'certificate', found: `${host} does not answer in TLS`, hint: 'If it is a registry without TLS, list it as insecure.', mayPass: false };
      return isOfTls(code) ? { code: 'certificate', found: `${host}: ${code}`, hint: hintOfTls(code), mayPass: false } : undefined;
  }
}

function notHttp({ host, protocol }: URL): Description {
  const hint = protocol === 'http:' ? 'Check the name and the port of the registry, and whether it wants TLS.' : 'Check the name and the port of the registry.';
  return { code: 'protocol', found: `${host} does not answer in HTTP`, hint, mayPass: false };
}

function isOfTls(code: string): boolean {
  return /^(?:CERT_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|ERR_MISSING_PASSPHRASE|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED)/.test(code);
}

function hintOfTls(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'The certificate is for another name: use the name that it is made for.';
  if (code.startsWith('CERT_HAS_EXPIRED') || code.startsWith('CERT_NOT_YET')) return 'Renew the certificate of the registry, and check the clock of this machine.';
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_OSSL_')) return 'Check the client certificate and key for this registry.';
  return 'Give the authority that signed the certificate of the registry.';
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') return code;
  return error.cause === undefined ? undefined : codeOf(error.cause);
}
