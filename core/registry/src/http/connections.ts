import type { Agent, Dispatcher } from 'undici';
import { isLoopback } from './endpoint.ts';
import type { Connections } from './transport.ts';
import type { HostTls, TlsSettings } from './tls-settings.ts';

/** Limits in milliseconds. */
export interface Timeouts {
  /** To make a connection. Default 10000. */
  readonly connectMs: number;
  /** Until an answer begins. Default 60000. */
  readonly answerMs: number;
  /** Between two pieces of an answer. Default 60000. */
  readonly idleMs: number;
  /** For all of an answer that is kept in memory: manifests, lists, tokens, errors. Default 120000. */
  readonly documentMs: number;
  /** Until a registry has stored what was uploaded; it may copy it elsewhere first. Default 300000. */
  readonly storeMs: number;
}

export const defaultTimeouts: Timeouts = { connectMs: 10_000, answerMs: 60_000, idleMs: 60_000, documentMs: 120_000, storeMs: 300_000 };

/** Proxies, as the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY say them. */
export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are asked directly, separated by commas. */
  readonly none?: string;
}

export interface ConnectionsOptions {
  readonly timeouts: Timeouts;
  readonly tls: TlsSettings;
  readonly proxy: ProxySettings | undefined;
}

/** Keeps connections open between requests: one agent for each host that has certificates of its own, one for the others, one without TLS. */
export function createConnections({ timeouts, tls, proxy }: ConnectionsOptions): Connections {
  const agents = new Map<string, Promise<Dispatcher>>();
  const make = async (settings: HostTls | undefined, { isPlain, isOwn }: { readonly isPlain: boolean; readonly isOwn: boolean }): Promise<Dispatcher> => {
    const { Agent, EnvHttpProxyAgent } = await import('undici');
    const certificates = isPlain ? {} : { ca: [...tls.authorities(), ...(settings?.authorities ?? [])], ...settings?.client };
    const options: Agent.Options = {
      allowH2: false,
      connectTimeout: timeouts.connectMs,
      connect: { timeout: timeouts.connectMs, ...certificates },
      headersTimeout: timeouts.answerMs,
      bodyTimeout: timeouts.idleMs,
    };
    // A proxy knows another loopback.
    if (proxy === undefined || isOwn) return new Agent(options);
    return new EnvHttpProxyAgent({ ...options, requestTls: certificates, httpProxy: proxy.http ?? '', httpsProxy: proxy.https ?? '', noProxy: proxy.none ?? '' });
  };
  return {
    async find(url) {
      const isPlain = url.protocol === 'http:';
      const settings = isPlain ? undefined : await tls.find(url.host);
      const isOwn = isLoopback(url.hostname);
      const key = JSON.stringify([url.protocol, isOwn, settings === undefined ? '' : url.host]);
      let agent = agents.get(key);
      if (agent === undefined) {
        agent = make(settings, { isPlain, isOwn });
        agents.set(key, agent);
      }
      return agent;
    },
    async close() {
      const made = [...agents.values()];
      agents.clear();
      for (const agent of made) await (await agent).close();
    },
  };
}
