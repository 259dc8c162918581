import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ArchiveError } from '@cos/archive';
import { ClientError, rootArchive, rootFormats, writeRoot } from '@cos/client';
import { CosError, defineCommand, sentenceOf } from '@cos/core';
import { formatPlatform, hostPlatform, hostSettings } from '@cos/registry';
import { readTrustedKey, signatureRepository, TrustError } from '@cos/trust';
import type { Code } from '../errors.ts';
import type { PluginOptions } from '../options.ts';
import { openImage } from '../unpack/open-image.ts';
import { unpackFolder } from '../unpack/unpack-folder.ts';

const formats = ['folder', ...rootFormats] as const;

/** The root filesystem of an image, wherever the image is, as a folder or as one file. */
export const unpackImage = defineCommand<
  {
    readonly image: { readonly type: 'text'; readonly required: true; readonly positional: true; readonly description: string };
    readonly target: { readonly type: 'text'; readonly required: true; readonly positional: true; readonly description: string };
    readonly format: { readonly type: 'choice'; readonly choices: typeof formats; readonly default: 'folder'; readonly description: string };
    readonly platform: { readonly type: 'text'; readonly description: string };
    readonly key: { readonly type: 'list'; readonly description: string };
  },
  PluginOptions
>({
  description: 'unpack an image into a folder, a tar, a squashfs or an ext2 image',
  config: 'optional',
  parameters: {
    image: { type: 'text', required: true, positional: true, description: 'host/name:tag of a registry; docker:name of the container engine; oci:folder[:tag] of an OCI layout; file:archive (docker save, OCI, or a root filesystem); dir:folder' },
    target: { type: 'text', required: true, positional: true, description: 'the folder (what is in it stays, unless the image has something of that path) or the file to make; - for standard output, of a tar' },
    format: { type: 'choice', choices: formats, default: 'folder', description: 'what to make of it' },
    platform: { type: 'text', description: 'which image of several is meant; default: that of this machine' },
    key: { type: 'list', description: 'the file of a public key: an image of a registry must be signed by one of them; default: as the option trust of the config says' },
  },
  async handle({ args, cwd, plugin: configured, env, print, log, tell, signal }) {
    const scratch = await mkdtemp(join(configured.tmpdir ?? env['TMPDIR'] ?? tmpdir(), 'cos-unpack-'));
    try {
      const plugin = args.key.length === 0 ? configured : { ...configured, trust: [await policyOfKeys(args.key, cwd, signatureRepository(env))] };
      const platform = args.platform ?? formatPlatform(hostPlatform());
      const image = await openImage({ text: args.image, cwd, platform, scratch, plugin, env, registry: hostSettings(env), warn: (message) => log.warn(message), signal });
      const path = args.target === '-' ? '-' : resolve(cwd, args.target);
      if (path === '-' && args.format !== 'tar') throw refusal('Only a tar can be written to standard output.', 'Add --format tar, or name a file.');
      if (args.format !== 'folder' && path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory() === true) throw refusal(`${path} is a folder, and a file is to be made.`, 'Name a file, or leave --format out.');
      if (args.format === 'folder') for (const line of await unpackFolder({ image, folder: path, scratch })) log.warn(line);
      else await writeRoot({ archive: rootArchive(image, scratch), format: args.format, to: path === '-' ? process.stdout : path, scratch, signal });
      if (path !== '-') print(`${image.place} is in ${path}`);
      return 0;
    } catch (error) {
      const known = error instanceof CosError ? error : explained(error, args.image);
      if (known === undefined) throw error;
      tell(known.diagnostics);
      return known.diagnostics.some(({ code }) => code === ('COS_DOCKER_UNPACK_REQUEST' satisfies Code)) ? 2 : 1;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
});

/** What is named on the command line is for every image. */
async function policyOfKeys(files: readonly string[], cwd: string, signatures: string | undefined): Promise<PluginOptions['trust'][number]> {
  const keys = await Promise.all(files.map(async (file) => readTrustedKey(resolve(cwd, file), file)));
  return { match: '*', mode: 'enforce', keys: keys.map(({ pem }) => pem), ...(signatures === undefined ? {} : { signatures }) };
}

function refusal(message: string, hint: string): CosError {
  return new CosError({ code: 'COS_DOCKER_UNPACK_REQUEST' satisfies Code, severity: 'error', message, hint });
}

function explained(error: unknown, image: string): CosError | undefined {
  if (error instanceof TrustError) {
    const isOfKey = error.code === 'key';
    return new CosError({ code: isOfKey ? ('COS_DOCKER_UNPACK_REQUEST' satisfies Code) : ('COS_DOCKER_UNTRUSTED' satisfies Code), severity: 'error', message: isOfKey ? error.message : `The image ${image} is not signed as it should be: ${sentenceOf(error)}`, ...(error.hint === undefined ? {} : { hint: error.hint }) }, { cause: error });
  }
  const code = 'COS_DOCKER_UNPACK_FAILED' satisfies Code;
  if (error instanceof ClientError) {
    return new CosError({ code, severity: 'error', message: sentenceOf(error), notes: error.notes.map((message) => ({ message })), hint: error.hint ?? 'Check the name of the image, and where it is.' }, { cause: error });
  }
  if (error instanceof ArchiveError) return new CosError({ code, severity: 'error', message: `The image ${image} cannot be unpacked: ${error.message}.`, hint: 'The archive is damaged or was made to do harm: get it again.' }, { cause: error });
  const system = error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code) ? error : undefined;
  return system === undefined ? undefined : new CosError({ code, severity: 'error', message: `The image ${image} cannot be unpacked: ${system.message}.`, hint: 'Check rights and space of the target and of TMPDIR.' }, { cause: error });
}
