import { getCACertificates } from 'node:tls';

/** What one host needs beside the authorities that everybody trusts. Certificates and keys in PEM. */
export interface HostTls {
  readonly authorities: readonly string[];
  readonly client?: { readonly cert: string; readonly key: string };
}

export interface TlsSettings {
  /** The settings of a host with its port; undefined where it has none. */
  readonly find: (host: string) => Promise<HostTls | undefined>;
  /** Authorities that count for every host. */
  readonly authorities: () => Promise<readonly string[]>;
}

export interface TlsOptions {
  /** More authorities for every host, in PEM. */
  readonly authorities?: readonly string[];
  /** By host with its port: authorities and a client certificate. */
  readonly hosts?: Readonly<Record<string, HostTls>>;
}

/** Trusted are the authorities of Node, those of the system, and the given ones. */
export function createTlsSettings({ authorities = [], hosts = {} }: TlsOptions): TlsSettings {
  let common: readonly string[] | undefined;
  return {
    find: async (host) => (Object.hasOwn(hosts, host) ? hosts[host] : undefined),
    async authorities() {
      common ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...authorities])];
      return common;
    },
  };
}
