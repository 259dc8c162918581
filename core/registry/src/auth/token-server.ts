import type { Clock } from '../http/clock.ts';
import { ConnectionProblem } from '../http/connection-problem.ts';
import { readDocument } from '../http/read-document.ts';
import { mayPass, refusalOf } from '../http/refusal.ts';
import { PassingProblem, withRetries, type RetryPolicy } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { findText, isRecord, parseJson } from '../manifest/json.ts';
import { RegistryError } from '../registry-error.ts';
import type { Credentials } from './credentials.ts';

export interface TokenServer {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly retries: RetryPolicy;
  readonly documentMs: number;
  readonly userAgent: string;
}

export interface TokenRequest {
  /** The registry that wants a token. */
  readonly registry: string;
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
}

export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Asks a token server for a token: with a password or without anything by GET, with an identity token by POST.
 * Formats: distribution's "Token Authentication Specification" and "OAuth2 Token Authentication".
 */
export async function fetchToken(server: TokenServer, request: TokenRequest, signal: AbortSignal): Promise<Token> {
  const { transport, clock, retries, documentMs, userAgent } = server;
  const { url, method, headers, body } = form(request);
  const subject = { registry: request.registry };
  const summary = `The token server ${request.realm.host} of ${request.registry} gives no token.`;
  return withRetries({ policy: retries, clock, signal }, async () => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(documentMs)]);
    try {
      const answer = await transport.exchange({ method, url, headers: { ...headers, accept: 'application/json', 'user-agent': userAgent }, ...(body === undefined ? {} : { body }), signal: limited });
      if (answer.status !== 200) {
        const problem = await refusalOf(answer, { subject, summary, secrets: secretsOf(request.credentials), now: clock.now() });
        throw mayPass(answer.status) ? new PassingProblem(problem) : problem;
      }
      return readToken(await readDocument(answer, { limit: 1 << 20, subject, what: 'The token' }), { clock, summary, request });
    } catch (error) {
      signal.throwIfAborted();
      if (limited.aborted) throw new PassingProblem(new RegistryError({ code: 'timeout', ...subject, summary, expected: `an answer within ${documentMs} ms`, found: 'none', cause: error }));
      if (!(error instanceof ConnectionProblem)) throw error;
      const problem = new RegistryError({ code: error.code, ...subject, summary, found: error.found, ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
      throw error.mayPass ? new PassingProblem(problem) : problem;
    }
  });
}

/** Texts that must not be shown. */
export function secretsOf(credentials: Credentials | undefined): readonly string[] {
  if (credentials === undefined) return [];
  return credentials.kind === 'password' ? [credentials.password, basicOf(credentials)] : [credentials.token];
}

/** The value of a header for a user and a password. Format: RFC 7617, in UTF-8. */
export function basicOf({ username, password }: { readonly username: string; readonly password: string }): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}

interface Form {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

function form({ realm, service, scopes, credentials }: TokenRequest): Form {
  if (credentials?.kind === 'identity-token') {
    const fields = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: credentials.token, client_id: 'cos-registry', scope: scopes.join(' ') });
    if (service !== undefined) fields.set('service', service);
    return { url: realm, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(fields.toString()) };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials?.kind !== 'password') return { url, method: 'GET', headers: {} };
  url.searchParams.set('account', credentials.username);
  return { url, method: 'GET', headers: { authorization: `Basic ${basicOf(credentials)}` } };
}

function readToken(bytes: Uint8Array, { clock, summary, request }: { readonly clock: Clock; readonly summary: string; readonly request: TokenRequest }): Token {
  const value = parseJson(new TextDecoder().decode(bytes));
  const record = isRecord(value) ? value : {};
  const text = findText(record, 'token') ?? findText(record, 'access_token') ?? '';
  if (!/^[\x21-\x7e]+$/.test(text)) throw new RegistryError({ code: 'protocol', registry: request.registry, summary, expected: 'JSON with a token', found: isRecord(value) ? 'JSON without a usable one' : 'no JSON object' });
  const lifetime = record['expires_in'];
  // Sixty seconds are what the specification says for servers that say nothing.
  const seconds = typeof lifetime === 'number' && lifetime > 0 ? lifetime : 60;
  return { text, expiresAt: clock.now() + seconds * 1000 };
}
