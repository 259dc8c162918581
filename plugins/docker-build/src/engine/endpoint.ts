import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { readEngineContext, readTlsFolder } from './engine-context.ts';

// Where the container engine listens. The order is the one of the docker program (DOCKER_HOST before contexts); the option `socket` stands above it, and
// where nothing says anything the usual sockets of Docker and Podman are tried.

export type Endpoint =
  | { readonly kind: 'socket'; readonly path: string; readonly origin: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined; readonly origin: string };

/** PEM texts; all undefined when the engine is only to be verified against the system's certificates. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface EndpointRequest {
  /** Plugin option: a path of a socket. */
  readonly socket: string | undefined;
  /** The variables that the plugin passes through. */
  readonly env: Readonly<Record<string, string>>;
  /** Home of the user; default: of the one who runs the process. */
  readonly home?: string;
  /** Folder that stands for `/`, so that the usual sockets can be looked for elsewhere. */
  readonly root?: string;
}

/** Finds the endpoint. Does not connect. Throws COS_DOCKER_NO_ENGINE, COS_DOCKER_ENDPOINT_FORM or COS_DOCKER_CONTEXT_UNKNOWN. */
export async function findEndpoint(request: EndpointRequest): Promise<Endpoint> {
  const { socket, env, home = homedir() } = request;
  if (socket !== undefined) return { kind: 'socket', path: socket, origin: 'the option "socket"' };
  const host = env['DOCKER_HOST'];
  if (host !== undefined && host !== '') return parseHost(host, 'DOCKER_HOST', await tlsFromEnvironment(env, home));
  const context = await readEngineContext(env, home);
  if (context !== undefined) return parseHost(context.host, `the context "${context.name}"`, context.tls);
  return findSocket(usualSockets(env, home, request.root ?? '/'));
}

/** The usual sockets, best first. */
function usualSockets(env: Readonly<Record<string, string>>, home: string, root: string): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    join(root, 'var/run/docker.sock'),
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    join(home, '.docker/run/docker.sock'),
    ...(runtime === undefined ? [] : [join(runtime, 'podman/podman.sock')]),
    join(root, 'run/podman/podman.sock'),
  ];
}

/** The first socket that may be used; else the first that exists, so that the permission problem is told instead of "no engine". */
async function findSocket(candidates: readonly string[]): Promise<Endpoint> {
  const existing: string[] = [];
  for (const path of candidates) {
    if (!(await isSocket(path))) continue;
    existing.push(path);
    if (await mayUse(path)) return { kind: 'socket', path, origin: 'its usual place' };
  }
  const [first] = existing;
  if (first !== undefined) return { kind: 'socket', path: first, origin: 'its usual place' };
  return fail('COS_DOCKER_NO_ENGINE', `No container engine found: none of these sockets exists: ${candidates.join(', ')}.`);
}

async function isSocket(path: string): Promise<boolean> {
  // Whatever hinders to look at it, the socket is of no use.
  return stat(path).then((entry) => entry.isSocket(), () => false);
}

async function mayUse(path: string): Promise<boolean> {
  return access(path, constants.R_OK | constants.W_OK).then(() => true, () => false);
}

function parseHost(text: string, origin: string, tls: TlsFiles | undefined): Endpoint {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (path.startsWith('/')) return { kind: 'socket', path, origin };
  }
  const form = /^(tcp|https?):\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?\/?$/.exec(text);
  if (form === null) {
    const hint = text.startsWith('ssh://') ? { hint: `Forward the socket ("ssh -N -L /tmp/engine.sock:/var/run/docker.sock ${text.slice('ssh://'.length)}") and set DOCKER_HOST to unix:///tmp/engine.sock.` } : {};
    return fail('COS_DOCKER_ENDPOINT_FORM', `${origin} names an engine by ${JSON.stringify(text)}, which is no address that can be used.`, hint);
  }
  const [, scheme = 'tcp', host = '', port] = form;
  const encrypted = scheme === 'https' || tls !== undefined;
  return {
    kind: 'tcp',
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: port === undefined ? (encrypted ? 2376 : 2375) : Number(port),
    tls: encrypted ? (tls ?? { ca: undefined, cert: undefined, key: undefined }) : undefined,
    origin,
  };
}

async function tlsFromEnvironment(env: Readonly<Record<string, string>>, home: string): Promise<TlsFiles | undefined> {
  if ((env['DOCKER_TLS_VERIFY'] ?? '') === '') return undefined;
  const folder = env['DOCKER_CERT_PATH'] ?? join(home, '.docker');
  const files = await readTlsFolder(folder);
  if (files?.ca === undefined) return fail('COS_DOCKER_TLS', `The folder ${folder} (${env['DOCKER_CERT_PATH'] === undefined ? 'DOCKER_TLS_VERIFY is set' : 'DOCKER_CERT_PATH'}) has no ca.pem.`);
  const lacking = (files.cert === undefined) === (files.key === undefined) ? undefined : files.cert === undefined ? 'cert.pem' : 'key.pem';
  return lacking === undefined ? files : fail('COS_DOCKER_TLS', `The folder ${folder} has ${lacking === 'cert.pem' ? 'key.pem' : 'cert.pem'}, but no ${lacking}.`);
}
