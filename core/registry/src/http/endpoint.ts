import { isIP } from 'node:net';

/** Where a registry answers. */
export interface Endpoint {
  /** Ends with a slash: `https://registry-1.docker.io/`. */
  readonly base: URL;
  /** The name for which credentials and certificates are looked up. */
  readonly server: string;
}

export interface EndpointOptions {
  /** Registries, as in references, that are spoken to without TLS. Those of the own machine are, unless they have TLS settings. */
  readonly insecure: readonly string[];
  /** Addresses to be used instead of a registry's own, by registry: mirrors and proxies. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Whether there are TLS settings for a host, which makes a registry of the own machine speak TLS. */
  readonly hasTls: (host: string) => Promise<boolean>;
}

/** The address of a registry: docker.io answers elsewhere, loopback answers without TLS, everything else by TLS on its own name. */
export async function findEndpoint(registry: string, { insecure, endpoints, hasTls }: EndpointOptions): Promise<Endpoint> {
  const other = Object.hasOwn(endpoints, registry) ? endpoints[registry] : undefined;
  if (other !== undefined) {
    const base = new URL(other.endsWith('/') ? other : `${other}/`);
    return { base, server: base.host };
  }
  if (registry === 'docker.io') return { base: new URL('https://registry-1.docker.io/'), server: registry };
  const isPlain = insecure.includes(registry) || (isLoopback(hostnameOf(registry)) && !(await hasTls(registry)));
  return { base: new URL(`${isPlain ? 'http' : 'https'}://${registry}/`), server: registry };
}

/** Whether an address by `http:` is allowed: its host is on the own machine, or listed. */
export function mayBePlain(url: URL, insecure: readonly string[]): boolean {
  return isLoopback(url.hostname) || insecure.includes(url.host);
}

/** `localhost`, 127.0.0.0/8 and ::1. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

function hostnameOf(registry: string): string {
  return registry.replace(/:\d+$/, '');
}
