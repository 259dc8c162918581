import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { sentenceOf } from '@cos/core';
import { archiveImage, ClientError, fileImage, folderImage, registryImage, rootFolderImage, type ImageLayers } from '@cos/client';
import { createRegistry, RegistryError, type RegistryOptions } from '@cos/registry';
import { useEngine, type EngineHost } from '../engine/container-engine.ts';
import { inspectImage, saveImage } from '../engine/images.ts';
import { parseReference } from '../reference.ts';
import { nameOf } from '../pins/named.ts';
import { verifyTrusted } from '../registry/verify-image.ts';

export interface OpenImageRequest extends EngineHost {
  /** As the command takes it. */
  readonly text: string;
  readonly cwd: string;
  readonly platform: string;
  /** Existing folder, removed by the caller. */
  readonly scratch: string;
  readonly registry: RegistryOptions;
  /** Told what is wrong with a signature where the policy is to warn. */
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Finds an image by `docker:`, `oci:`, `file:`, `dir:`, or in a registry. Throws ClientError or CosError. */
export async function openImage(request: OpenImageRequest): Promise<ImageLayers> {
  const { text, cwd, platform, scratch } = request;
  const [, scheme, rest = ''] = /^(docker|oci|file|dir):(?:\/\/)?(.*)$/s.exec(text) ?? [undefined, 'registry', text];
  switch (scheme) {
    case 'docker':
      return engineImage(request, rest);
    case 'file':
      return fileImage(found(resolve(cwd, rest), 'file'), { place: `the archive ${rest}`, name: undefined, platform, scratch });
    case 'dir':
      return rootFolderImage(found(resolve(cwd, rest), 'folder'), `the folder ${rest}`);
    case 'oci': {
      const [, path = '', tag] = /^(.*?)(?::([^/:]+))?$/s.exec(rest) ?? [];
      const whole = statSync(resolve(cwd, rest), { throwIfNoEntry: false })?.isDirectory() === true;
      return folderImage({ folder: found(resolve(cwd, whole ? rest : path), 'folder'), place: `the layout ${whole ? rest : path}`, name: whole ? undefined : tag, platform });
    }
    default:
      return signedImage(request);
  }
}

/** An image that a policy is for is read by the digest that was verified, whatever its tag means by then. Throws TrustError. */
async function signedImage({ text, plugin, platform, registry: settings, warn, signal }: OpenImageRequest): Promise<ImageLayers> {
  const registry = createRegistry(settings);
  if (plugin.trust.length === 0) return registryImage({ registry, reference: text, platform, signal });
  try {
    const { name, tag } = parseReference(text);
    const found = await registry.resolve(text, { signal });
    if (found === undefined) throw new ClientError('not-found', `There is no image ${text}.`);
    const { digest } = found;
    await verifyTrusted({ plugin, registry, repository: name, name: tag === undefined ? name : `${name}:${tag}`, digests: [digest], warn: (problem) => warn(sentenceOf(problem)), signal });
    return await registryImage({ registry, reference: `${name}@${digest}`, platform, signal });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new ClientError('unreachable', `The image ${text} cannot be had: ${error.summary}`, { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}

async function engineImage({ plugin, env, platform, scratch, signal }: OpenImageRequest, text: string): Promise<ImageLayers> {
  const reference = parseReference(text);
  const name = reference.digest === undefined ? nameOf(reference) : `${reference.name}@${reference.digest}`;
  const { client } = await useEngine({ plugin, env });
  const info = await inspectImage(client, name, signal);
  if (info === undefined) throw new ClientError('not-found', `The container engine has no image ${name}.`, { hint: 'Leave "docker:" out to take it from a registry, or see `docker images`.' });
  const saved = await saveImage(client, info.id, signal);
  return archiveImage({ open: () => saved, place: `the image ${name} of the engine`, name: undefined, platform, scratch, holds: 'image' });
}

function found(path: string, kind: 'file' | 'folder'): string {
  const entry = statSync(path, { throwIfNoEntry: false });
  const is = entry === undefined ? 'nothing' : entry.isDirectory() ? 'a folder' : entry.isFile() ? 'a file' : 'something else';
  if (is !== `a ${kind}`) throw new ClientError('not-found', `${path} is no ${kind}.`, { found: is });
  return path;
}
