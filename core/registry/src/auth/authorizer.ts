import { mayBePlain, type Endpoint } from '../http/endpoint.ts';
import { RegistryError } from '../registry-error.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import type { AuthProvider, Credentials } from './credentials.ts';
import { scopeTexts, type Scope } from './scope.ts';
import { SharedWork } from './shared-work.ts';
import { basicOf, fetchToken, secretsOf, type Token, type TokenServer } from './token-server.ts';

/** What a request needs to be allowed. */
export interface Permission {
  /** The registry as in references; errors name it. */
  readonly registry: string;
  readonly endpoint: Endpoint;
  /** The first one's repository decides which credentials count. */
  readonly scopes: readonly [Scope, ...Scope[]];
}

/** The value of an `Authorization` header, and what of it must never be shown. */
export interface Authorization {
  readonly header: string;
  readonly secrets: readonly string[];
  readonly hasCredentials: boolean;
}

export interface Authorizer {
  /** What is known to be wanted: undefined until a registry has asked for something. */
  readonly before: (permission: Permission, signal: AbortSignal) => Promise<Authorization | undefined>;
  /** Answers a 401. Undefined where there is nothing (else) to offer than what was sent. */
  readonly after: (permission: Permission, refusal: { readonly header: string | undefined; readonly sent: Authorization | undefined }, signal: AbortSignal) => Promise<Authorization | undefined>;
}

export interface AuthorizerOptions {
  readonly auth: AuthProvider;
  readonly server: TokenServer;
  readonly insecure: readonly string[];
}

/** A token is not used in its last seconds: the request has to arrive, too. */
const marginMs = 10_000;

/** Remembers how registries want to be asked, credentials, and tokens until they expire. */
export function createAuthorizer({ auth, server, insecure }: AuthorizerOptions): Authorizer {
  const challenges = new Map<string, Challenge>();
  const known = new Map<string, Credentials | undefined>();
  const tokens = new Map<string, Token>();
  const lookups = new SharedWork<Credentials | undefined>();
  const fetches = new SharedWork<Token>();

  async function credentialsFor({ endpoint, scopes }: Permission, signal: AbortSignal): Promise<Credentials | undefined> {
    const key = `${endpoint.server}/${scopes[0].repository}`;
    if (known.has(key)) return known.get(key);
    const found = await lookups.join(key, signal, async (shared) => auth.find({ registry: endpoint.server, repository: scopes[0].repository }, { signal: shared }));
    known.set(key, found);
    return found;
  }

  async function authorize(permission: Permission, challenge: Challenge, signal: AbortSignal): Promise<Authorization | undefined> {
    const credentials = await credentialsFor(permission, signal);
    if (credentials?.kind === 'registry-token') return { header: `Bearer ${credentials.token}`, secrets: secretsOf(credentials), hasCredentials: true };
    if (challenge.scheme === 'basic') {
      if (credentials?.kind !== 'password') return undefined;
      return { header: `Basic ${basicOf(credentials)}`, secrets: secretsOf(credentials), hasCredentials: true };
    }
    const token = await tokenFor(permission, challenge, credentials, signal);
    return { header: `Bearer ${token}`, secrets: [token, ...secretsOf(credentials)], hasCredentials: credentials !== undefined };
  }

  async function tokenFor(permission: Permission, challenge: Challenge, credentials: Credentials | undefined, signal: AbortSignal): Promise<string> {
    const { registry, endpoint } = permission;
    const realm = realmOf(challenge, registry, endpoint);
    const service = challenge.parameters.get('service');
    const scopes = scopeTexts(permission.scopes, challenge.parameters.get('scope'));
    const key = JSON.stringify([registry, realm.href, service ?? null, scopes, secretsOf(credentials)]);
    const token = tokens.get(key);
    if (token !== undefined && token.expiresAt - marginMs > server.clock.now()) return token.text;
    const fetched = await fetches.join(key, signal, async (shared) => fetchToken(server, { registry, realm, service, scopes, credentials }, shared));
    for (const [other, { expiresAt }] of tokens) if (expiresAt <= server.clock.now()) tokens.delete(other);
    tokens.set(key, fetched);
    return fetched.text;
  }

  function realmOf(challenge: Challenge, registry: string, endpoint: Endpoint): URL {
    const text = challenge.parameters.get('realm') ?? '';
    const realm = URL.canParse(text) ? new URL(text) : undefined;
    const isPlain = realm?.protocol === 'http:' && endpoint.base.protocol === 'http:' && (realm.hostname === endpoint.base.hostname || mayBePlain(realm, insecure));
    if (realm !== undefined && realm.username === '' && (realm.protocol === 'https:' || isPlain)) return realm;
    throw new RegistryError({
      code: 'protocol',
      registry,
      summary: `${registry} names a token server that is not asked.`,
      expected: 'an address by https, or by http where the registry is asked so, too',
      found: realm === undefined ? JSON.stringify(text.slice(0, 200)) : `${realm.protocol}//${realm.host}`,
    });
  }

  return {
    async before(permission, signal) {
      const challenge = challenges.get(permission.endpoint.base.href);
      // The scope of a challenge belongs to the request that it answered.
      return challenge === undefined ? undefined : authorize(permission, withoutScope(challenge), signal);
    },
    async after(permission, { header, sent }, signal) {
      const offered = parseChallenges(header ?? '');
      const challenge = offered.find((each) => each.scheme === 'bearer' && each.parameters.has('realm')) ?? offered.find((each) => each.scheme === 'basic');
      if (challenge === undefined) return undefined;
      challenges.set(permission.endpoint.base.href, challenge);
      // What was refused is not used again, even if it has not expired.
      if (sent !== undefined) for (const [key, token] of tokens) if (sent.header === `Bearer ${token.text}`) tokens.delete(key);
      const authorization = await authorize(permission, challenge, signal);
      return authorization?.header === sent?.header ? undefined : authorization;
    },
  };
}

function withoutScope({ scheme, parameters }: Challenge): Challenge {
  return { scheme, parameters: new Map([...parameters].filter(([name]) => name !== 'scope')) };
}
