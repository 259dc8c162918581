import { createAuthorizer } from './auth/authorizer.ts';
import { anonymous, type AuthProvider } from './auth/credentials.ts';
import { systemClock, type Clock } from './http/clock.ts';
import { createConnections, defaultTimeouts, type ProxySettings, type Timeouts } from './http/connections.ts';
import { findEndpoint } from './http/endpoint.ts';
import { createRequester, type Requester } from './http/requester.ts';
import { defaultRetries, type RetryPolicy } from './http/retry.ts';
import { createTlsSettings, type TlsOptions } from './http/tls-settings.ts';
import { createTransport } from './http/transport.ts';
import { listReferrers } from './lists/list-referrers.ts';
import { listTags } from './lists/list-tags.ts';
import { isDigest } from './digest.ts';
import type { Descriptor } from './manifest/descriptor.ts';
import { parsePlatform, type Platform } from './manifest/platform.ts';
import { pullBlob } from './pull/pull-blob.ts';
import { chooseConfig, chooseImage } from './pull/choose-image.ts';
import { headManifest, missing, pullManifest } from './pull/pull-manifest.ts';
import { bytesContent, describeContent } from './push/content.ts';
import { hasBlob, pushBlob } from './push/push-blob.ts';
import { pushManifest } from './push/push-manifest.ts';
import { deleteWithSubject, pushWithSubject } from './push/push-with-subject.ts';
import { formatReference, isTag, parseReference, parseRepository, type Reference, type Repository } from './reference/reference.ts';
import { RegistryError } from './registry-error.ts';
import type { Registry } from './registry.ts';

export interface RegistryOptions {
  /** Where credentials come from. Default: none are sent. */
  readonly auth?: AuthProvider;
  readonly tls?: TlsOptions;
  /** Registries that are spoken to without TLS. Those of the own machine are anyway, unless they have TLS settings of their own. */
  readonly insecure?: readonly string[];
  /** Addresses that are used instead of registries: `{ 'docker.io': 'https://mirror.example' }`. Credentials are looked up for the address's host. */
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly proxy?: ProxySettings;
  readonly retries?: Partial<RetryPolicy>;
  readonly timeouts?: Partial<Timeouts>;
  readonly clock?: Clock;
  readonly userAgent?: string;
}

/** Makes a client. It opens connections when it is used, and keeps tokens and connections until it is closed. */
export function createRegistry(options: RegistryOptions = {}): Registry {
  const requester = connect(options);
  const close = (): Promise<void> => requester.close();
  const choose = async (reference: Reference, platform: string | Platform, signal: AbortSignal) => chooseImage(requester, { reference, platform: platformOf(platform), signal });
  return {
    async resolve(text, { signal = never, platform } = {}) {
      const reference = referenceOf(text);
      if (platform === undefined) return headManifest(requester, reference, signal);
      return (await choose(reference, platform, signal))?.descriptor;
    },
    async manifest(text, { signal = never, platform } = {}) {
      const reference = referenceOf(text);
      const pulled = platform === undefined ? await pullManifest(requester, reference, signal) : await choose(reference, platform, signal);
      if (pulled === undefined) throw missing(reference);
      return pulled;
    },
    async config(text, { signal = never, platform } = {}) {
      const reference = referenceOf(text);
      const found = await chooseConfig(requester, { reference, platform: platform === undefined ? undefined : platformOf(platform), signal });
      if (found === undefined) throw missing(reference);
      return found;
    },
    blob: ({ repository, descriptor, signal = never }) => pullBlob(requester, { repository: repositoryOf(repository), descriptor: digestOfCaller(descriptor), signal }),
    hasBlob: async ({ repository, digest, signal = never }) => hasBlob(requester, { repository: repositoryOf(repository), digest: digestOfCaller({ digest }).digest, signal, forPush: false }),
    async pushBlob({ repository, content, descriptor, mountFrom = [], chunkBytes, onProgress, signal = never }) {
      const source = content instanceof Uint8Array ? bytesContent(content) : content;
      const into = repositoryOf(repository);
      const from = sameRegistry(into, mountFrom);
      const described: Descriptor = descriptor === undefined ? await describeContent(source, { signal }) : digestOfCaller(descriptor);
      const outcome = await pushBlob(requester, { repository: into, descriptor: described, content: source, mountFrom: from, chunkBytes, onProgress, signal });
      return { descriptor: described, outcome };
    },
    async pushManifest({ reference, bytes, mediaType, signal = never }) {
      return pushWithSubject(requester, { reference: referenceOf(reference), bytes, mediaType, signal });
    },
    async tag(text, tag, { signal = never } = {}) {
      const reference = referenceOf(text);
      if (!isTag(tag)) throw new RegistryError({ code: 'reference', summary: `${JSON.stringify(tag)} is no tag.`, expected: 'at most 128 characters of A-Z a-z 0-9 _ . -', found: JSON.stringify(tag) });
      const pulled = await pullManifest(requester, reference, signal);
      if (pulled === undefined) throw missing(reference);
      const { registry, repository } = reference;
      return (await pushManifest(requester, { reference: { registry, repository, tag, digest: pulled.descriptor.digest }, bytes: pulled.bytes, mediaType: pulled.descriptor.mediaType, signal })).descriptor;
    },
    tags: async (repository, { signal = never } = {}) => listTags(requester, repositoryOf(repository), signal),
    async delete(text, { signal = never } = {}) {
      const reference = referenceOf(text);
      // Nothing is deleted that nobody has named.
      if (reference.tag === undefined && reference.digest === undefined) throw new RegistryError({ code: 'reference', summary: 'A repository is not deleted.', expected: 'a reference with a digest or a tag', found: formatReference(reference) });
      return deleteWithSubject(requester, reference, signal);
    },
    async referrers(text, { artifactType, signal = never } = {}) {
      const { digest, ...repository } = referenceOf(text);
      if (digest === undefined) throw new RegistryError({ code: 'reference', summary: `What refers to a tag is not known.`, expected: 'a reference with a digest', found: formatReference(repository) });
      return listReferrers(requester, { repository, digest, artifactType, signal });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

const never = new AbortController().signal;

function connect({ auth = anonymous, tls = {}, insecure = [], endpoints = {}, proxy, retries, timeouts, clock = systemClock, userAgent = 'cos-registry' }: RegistryOptions): Requester & { readonly close: () => Promise<void> } {
  const limits = { ...defaultTimeouts, ...timeouts };
  const policy = { ...defaultRetries, ...retries };
  const settings = createTlsSettings(tls);
  const transport = createTransport(createConnections({ timeouts: limits, tls: settings, proxy }));
  const authorizer = createAuthorizer({ auth, insecure, server: { transport, clock, retries: policy, documentMs: limits.documentMs, userAgent } });
  const hasTls = async (host: string): Promise<boolean> => (await settings.find(host)) !== undefined;
  const requester = createRequester({ transport, authorizer, findEndpoint: (registry) => findEndpoint(registry, { insecure, endpoints, hasTls }), retries: policy, clock, timeouts: limits, userAgent, insecure });
  return { ...requester, close: () => transport.close() };
}

/** Parts are checked like texts: they become parts of an address. */
function referenceOf(reference: string | Reference): Reference {
  return parseReference(typeof reference === 'string' ? reference : formatReference(reference));
}

function repositoryOf(repository: string | Repository): Repository {
  return parseRepository(typeof repository === 'string' ? repository : formatReference({ registry: repository.registry, repository: repository.repository }));
}

function digestOfCaller<Part extends { readonly digest: string }>(part: Part): Part {
  if (isDigest(part.digest)) return part;
  throw new RegistryError({ code: 'reference', summary: `${JSON.stringify(part.digest)} is no digest.`, expected: 'sha256: and 64 hexadecimal digits in lower case, or sha512: and 128', found: JSON.stringify(part.digest) });
}

function sameRegistry(repository: Repository, others: readonly (string | Repository)[]): readonly Repository[] {
  const parsed = others.map(repositoryOf);
  const foreign = parsed.find(({ registry }) => registry !== repository.registry);
  if (foreign === undefined) return parsed;
  throw new RegistryError({ code: 'reference', ...repository, summary: 'A blob can be mounted from a repository of the same registry only.', expected: repository.registry, found: foreign.registry });
}

function platformOf(platform: string | Platform): Platform {
  const parsed = typeof platform === 'string' ? parsePlatform(platform) : platform;
  if (parsed === undefined) throw new RegistryError({ code: 'reference', summary: `${JSON.stringify(platform)} is no platform.`, expected: 'os/architecture or os/architecture/variant', found: JSON.stringify(platform) });
  return parsed;
}
