import { createSign, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readBody, startEdge, type EdgeServer } from './edge-server.ts';
import type { KeyPair } from './certificates.ts';

export interface TokenServerRig extends EdgeServer {
  /** The section of docker-registry's configuration that makes it want these tokens. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Bodies of POST requests. */
  readonly forms: readonly URLSearchParams[];
}

export interface TokenRules {
  readonly pair: KeyPair;
  /** By user and password, or by identity token; the empty name is everybody. */
  readonly users: Readonly<Record<string, { readonly password: string; readonly may: (repository: string) => readonly string[] }>>;
  readonly identityTokens?: Readonly<Record<string, string>>;
  /** What the answer says; tokens themselves are good for five minutes. */
  readonly expiresIn?: number;
}

/** A token server as registries have it. Format: distribution's "Token Authentication Specification". */
export async function startTokenServer({ pair, users, identityTokens = {}, expiresIn = 300 }: TokenRules): Promise<TokenServerRig> {
  const forms: URLSearchParams[] = [];
  const edge = await startEdge((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', 'http://x');
      const form = request.method === 'POST' ? new URLSearchParams((await readBody(request)).toString()) : url.searchParams;
      if (request.method === 'POST') forms.push(form);
      const user = request.method === 'POST' ? identityTokens[form.get('refresh_token') ?? ''] : userOf(request.headers.authorization);
      if (user === undefined) return response.writeHead(401, { 'content-type': 'application/json' }).end('{"details":"incorrect username or password"}');
      const scopes = form.getAll('scope').flatMap((scope) => scope.split(' ')).filter((scope) => scope !== '');
      const access = scopes.map((scope) => {
        const [type = '', name = '', actions = ''] = scope.split(':');
        const may = users[user]?.may(name) ?? [];
        return { type, name, actions: actions.split(',').filter((action) => may.includes(action)) };
      });
      const now = Math.floor(Date.now() / 1000);
      const token = sign(pair, { iss: 'test issuer', sub: user, aud: 'test service', exp: now + 300, nbf: now - 10, iat: now, jti: randomUUID(), access });
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...(request.method === 'POST' ? { access_token: token } : { token }), expires_in: expiresIn }));
    })();
  });
  const config = { auth: { token: { realm: `http://${edge.host}/token`, service: 'test service', issuer: 'test issuer', rootcertbundle: pair.cert } } };
  return { ...edge, config, forms, [Symbol.asyncDispose]: edge.close };

  function userOf(header: string | undefined): string | undefined {
    if (header === undefined) return '';
    const [name = '', password] = Buffer.from(header.replace('Basic ', ''), 'base64').toString().split(':');
    return users[name]?.password === password ? name : undefined;
  }
}

function sign({ cert, key }: KeyPair, claims: unknown): string {
  const chain = readFileSync(cert, 'utf8').replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const text = [{ typ: 'JWT', alg: 'ES256', x5c: [chain] }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = createSign('sha256').update(text).sign({ key: readFileSync(key), dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
