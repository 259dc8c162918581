import { isDigest } from '../digest.ts';
import { RegistryError } from '../registry-error.ts';

// References of images, as docker reads them. Formats: github.com/distribution/reference (short names) and the OCI distribution
// specification 1.1, "Pulling manifests" (names, tags). The trap: `team/base` is on docker.io, `team.example/base` is not.

/** A repository of a registry. */
export interface Repository {
  /** Host in lower case with its port where one is written: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Path below the registry, complete: `library/debian`. */
  readonly repository: string;
}

/** A manifest of a repository. With a digest, the tag is only a note for people; with neither, the tag `latest` is meant. */
export interface Reference extends Repository {
  readonly tag?: string;
  readonly digest?: string;
}

/** Takes a reference apart, by docker's rules for short names. Throws `reference` that says what is wrong with the text. */
export function parseReference(text: string): Reference {
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/') && !named.endsWith(']');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const name = hasTag ? named.slice(0, colon) : named;
  const problem = problemOfText(text) ?? problemOfName(name) ?? problemOfTag(tag) ?? problemOfDigest(digest);
  if (problem !== undefined) throw refuse(text, problem);
  return { ...splitName(name), ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Writes a reference in full: `docker.io/library/debian:12@sha256:…`. What it gives, {@link parseReference} reads to the same reference. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The name of a repository without tag and digest. Throws `reference`. */
export function parseRepository(text: string): Repository {
  const { registry, repository, tag, digest } = parseReference(text);
  if (tag === undefined && digest === undefined) return { registry, repository };
  throw refuse(text, { expected: 'a repository without tag and digest', found: tag === undefined ? `the digest ${digest}` : `the tag ${tag}` });
}

export function isTag(text: string): boolean {
  return tagForm.test(text);
}

interface Difference {
  readonly expected: string;
  readonly found: string;
}

const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const componentForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const hostForm = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+(?:\.[0-9.]+)?\])(?::\d{1,5})?$/i;

function problemOfText(text: string): Difference | undefined {
  if (text === '') return { expected: 'name:tag or name@digest', found: 'nothing' };
  const scheme = /^([a-z][a-z0-9+-]*):\/\//i.exec(text);
  if (scheme !== null) return { expected: 'a host without a scheme', found: `${scheme[0]} in front of it` };
  const strange = /[^\x21-\x7e]/u.exec(text);
  if (/^[0-9a-f]{64}$/.test(text)) return { expected: 'the name of an image', found: 'the identifier of one' };
  if (strange !== null) return { expected: 'printable ASCII without spaces', found: `${JSON.stringify(strange[0])} at character ${strange.index + 1}` };
  return undefined;
}

function problemOfName(name: string): Difference | undefined {
  const { host, path } = splitHost(name);
  if (host !== undefined && (!hostForm.test(host) || portOf(host) > 65_535)) return { expected: 'a host name or address with an optional port from 1 to 65535', found: JSON.stringify(host) };
  if (path === '') return { expected: 'the path of a repository after the host', found: 'none' };
  const full = host === undefined || isDockerHub(host) ? withLibrary(path) : path;
  if (full.length > 255) return { expected: 'a repository of at most 255 characters', found: `${full.length} characters` };
  const wrong = path.split('/').find((component) => !componentForm.test(component));
  if (wrong === undefined) return undefined;
  if (wrong === '') return { expected: 'path components between slashes', found: 'an empty one' };
  if (componentForm.test(wrong.toLowerCase())) return { expected: 'a repository in lower case', found: JSON.stringify(wrong) };
  return { expected: 'path components of a-z and 0-9, separated by one ".", one or two "_", or any number of "-"', found: JSON.stringify(wrong) };
}

function problemOfTag(tag: string | undefined): Difference | undefined {
  if (tag === undefined || isTag(tag)) return undefined;
  return { expected: 'a tag of at most 128 characters of A-Z a-z 0-9 _ . - that does not start with "." or "-"', found: tag === '' ? 'an empty one' : JSON.stringify(tag) };
}

function problemOfDigest(digest: string | undefined): Difference | undefined {
  if (digest === undefined || isDigest(digest)) return undefined;
  return { expected: 'sha256: and 64 hexadecimal digits in lower case, or sha512: and 128', found: digest === '' ? 'an empty digest' : JSON.stringify(digest) };
}

function splitName(name: string): Repository {
  const { host, path } = splitHost(name);
  if (host === undefined || isDockerHub(host)) return { registry: 'docker.io', repository: withLibrary(path) };
  return { registry: host.toLowerCase(), repository: path };
}

/** The first component is a host when it has a dot or a colon, or is `localhost`. */
function splitHost(name: string): { readonly host: string | undefined; readonly path: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first.toLowerCase() === 'localhost';
  return isHost ? { host: first, path: name.slice(slash + 1) } : { host: undefined, path: name };
}

function isDockerHub(host: string): boolean {
  return host.toLowerCase() === 'docker.io' || host.toLowerCase() === 'index.docker.io';
}

function withLibrary(path: string): string {
  return path.includes('/') ? path : `library/${path}`;
}

function portOf(host: string): number {
  const port = /:(\d+)$/.exec(host)?.[1];
  return port === undefined ? 0 : Number(port) || 65_536;
}

function refuse(text: string, { expected, found }: Difference): RegistryError {
  // A user and a password in front of a host are no part of a reference, and not to be shown.
  const shown = text.slice(0, 600).replace(/:[^:@/]*@(?=[^@]*\/)/, ':[hidden]@');
  return new RegistryError({ code: 'reference', summary: `${JSON.stringify(shown)} is no reference of an image.`, expected, found });
}
