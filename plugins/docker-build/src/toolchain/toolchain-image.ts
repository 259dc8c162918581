import { createHash } from 'node:crypto';
import type { Tool } from '@cos/core';
import { createEntry, writeTar } from '@cos/archive';
import { formatPlatform, hostPlatform } from '@cos/registry';
import { buildImage } from '../engine/build-image.ts';
import type { EngineClient } from '../engine/client.ts';
import { inspectImage, referenceOf, tagImage } from '../engine/images.ts';
import { pullImage } from '../engine/registry.ts';
import { nameOf } from '../pins/named.ts';
import { parseReference } from '../reference.ts';
import { findDigest } from '../registry/find-digest.ts';
import { proxiesOf, type PluginOptions } from '../options.ts';

const repository = 'cos/toolchain';

export interface ToolchainImageRequest {
  readonly client: EngineClient;
  readonly plugin: PluginOptions;
  readonly env: Readonly<Record<string, string>>;
  readonly tools: readonly Tool[];
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface ToolchainImage {
  /** Name in the engine. */
  readonly reference: string;
  /** The engine's id. */
  readonly id: string;
}

/**
 * The image with the tools: what the option names, with the packages that tools declare for its family. It is made once for each base and set of packages,
 * and stays until it is removed; versions of tools are part of fingerprints, whatever they are.
 */
export async function toolchainImage({ client, plugin, env, tools, tell, signal }: ToolchainImageRequest): Promise<ToolchainImage> {
  const base = await baseImage({ client, plugin, env, tell, signal });
  const start = { repository, tag: `base-${base.id.replace('sha256:', '').slice(0, 16)}` };
  const text = toolchainDockerfile(referenceOf(start), tools);
  const name = { repository, tag: createHash('sha256').update(text).digest('hex').slice(0, 16) };
  const reference = referenceOf(name);
  const there = await inspectImage(client, reference, signal);
  if (there !== undefined) return { reference, id: there.id };
  // By a name of its own, because engines do not agree on whether an id is a name.
  await tagImage(client, base.id, start, signal);
  tell(`installs tools into ${base.name}, once`);
  const id = await buildImage(client, {
    subject: `the toolchain of ${base.name}`,
    steps: stepsOf(text),
    dockerfileName: 'Dockerfile',
    context: writeTar([createEntry({ path: 'Dockerfile', mtime: 0 }, text)]),
    tag: reference,
    network: plugin.toolchain.network,
    builder: 'classic',
    buildArgs: proxiesOf(env),
    onLine: () => undefined,
    signal,
  });
  tell(`${reference} is there`);
  return { reference, id };
}

/** Debian's packages where apt-get is, and so on. Names of packages come from plugins, so each is quoted. */
export function toolchainDockerfile(base: string, tools: readonly Tool[]): string {
  const packages = (family: 'debian' | 'fedora' | 'opensuse'): string => {
    const names = tools.flatMap((tool) => tool.packages?.[family]?.split(' ') ?? []).filter((name) => name !== '');
    return [...new Set(names)].sort().map((name) => `'${name.replaceAll("'", `'\\''`)}'`).join(' ');
  };
  const lines = [
    'if command -v apt-get >/dev/null; then export DEBIAN_FRONTEND=noninteractive; apt-get update; apt-get install -y --no-install-recommends -- ' + packages('debian') + '; rm -rf /var/lib/apt/lists/*',
    'elif command -v dnf >/dev/null; then dnf install -y --setopt=install_weak_deps=False -- ' + packages('fedora') + '; dnf clean all',
    'elif command -v zypper >/dev/null; then zypper --non-interactive install --no-recommends -- ' + packages('opensuse') + '; zypper clean --all',
    'else echo "neither apt-get nor dnf nor zypper is there: tools have to be in the image already"; fi',
  ];
  return `FROM ${base}\nUSER 0:0\nRUN set -e; ${lines.join('; ')}\n`;
}

function stepsOf(text: string): { readonly text: string; readonly line: number }[] {
  return text.trimEnd().split('\n').map((line, index) => ({ text: line, line: index + 1 }));
}

async function baseImage({ client, plugin, env, tell, signal }: Omit<ToolchainImageRequest, 'tools'>): Promise<{ readonly id: string; readonly name: string }> {
  const reference = parseReference(plugin.toolchain.image);
  const name = reference.digest === undefined ? nameOf(reference) : `${reference.name}@${reference.digest}`;
  const there = await inspectImage(client, name, signal);
  if (there !== undefined) return { id: there.id, name };
  const digest = reference.digest ?? (await findDigest(reference, { plugin, env, warn: ({ message }) => tell(message), signal }));
  tell(`pulls ${name}`);
  const pulled = await pullImage(client, { name: reference.name, digest, platform: formatPlatform(hostPlatform()), onLine: () => undefined, signal });
  const image = await inspectImage(client, pulled, signal);
  if (image === undefined) throw new Error(`Internal error: ${pulled} was pulled and is not there`);
  return { id: image.id, name };
}
