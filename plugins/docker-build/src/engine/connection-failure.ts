import { failureOf } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';

/** Why no connection came about, or why it broke off, as a failure that says what to do. */
export function connectionFailure(error: Error, endpoint: Endpoint): Error {
  const code = 'code' in error ? String(error.code) : '';
  const place = endpointName(endpoint);
  const details = { cause: error, notes: [{ message: `The address comes from ${endpoint.origin}.` }] };
  if (code === 'EACCES' || code === 'EPERM') return failureOf('COS_DOCKER_ENGINE_FORBIDDEN', `You may not use the container engine at ${place}: permission denied.`, { cause: error });
  if (unreachable.has(code)) return failureOf('COS_DOCKER_ENGINE_UNREACHABLE', `No container engine answers at ${place} (${code}).`, details);
  const why = tlsProblem(code, error.message);
  if (why !== undefined) return failureOf('COS_DOCKER_TLS', `The container engine at ${place} cannot be used: ${why}.`, details);
  return failureOf('COS_DOCKER_ENGINE_FAILED', `The container engine at ${place} broke off: ${error.message}`, { cause: error });
}

/** The engine's answer to who speaks to it without TLS; undefined for anything else. */
export function plainTextFailure(message: string, endpoint: Endpoint): Error | undefined {
  if (!/HTTP request to an HTTPS server/i.test(message)) return undefined;
  return failureOf('COS_DOCKER_TLS', `The container engine at ${endpointName(endpoint)} cannot be used: it expects an encrypted connection.`, { notes: [{ message: `The address comes from ${endpoint.origin}.` }] });
}

const unreachable: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ENOTSOCK']);

/** Codes of errors: those of Node's module tls, and of OpenSSL as Node writes them. */
function tlsProblem(code: string, message: string): string | undefined {
  if (/^ERR_SSL_\w*ALERT\w*$/.test(code) || /alert (?:number|certificate|bad|unknown)/.test(message)) return `it refuses the certificate of the client (${code})`;
  if (/^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/.test(code)) return 'it does not speak TLS there';
  if (code.startsWith('ERR_OSSL_')) return `the certificates of this side cannot be read (${code})`;
  if (/CERT|SIGNATURE|ISSUER|^ERR_TLS_/.test(code)) return `the certificate of the engine cannot be trusted: ${message} (${code})`;
  return undefined;
}

/** How messages name an endpoint. */
export function endpointName(endpoint: Endpoint): string {
  return endpoint.kind === 'socket' ? endpoint.path : `${endpoint.tls === undefined ? 'tcp' : 'https'}://${endpoint.host}:${endpoint.port}`;
}
