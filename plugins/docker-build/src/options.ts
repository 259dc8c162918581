import { createDefinePin, createDefinePlanner, createDefineStage, secret } from '@cos/core';
import { hostVariables } from '@cos/registry';
import { signatureVariable } from '@cos/trust';
import { secretOption, trustOption } from '@cos/schemas';
import * as z from 'zod/mini';
import { readBackendOptions, type BackendOptions } from './engine/backend-options.ts';

/** A repository of an engine: lower-case path components, as references of images allow them, without tag. */
export const repositoryForm = /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/;

/** Arguments that choose the builder's own code name images of registries, so they are left to nobody. */
export const buildArgsForm = z.record(z.string().check(z.regex(/^(?!BUILDKIT_)[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an argument, not one of BUILDKIT_')), z.string());

export const pluginOptions = z.object({
  /**
   * Under which name images are kept in the engine; default `cos/store`. It is written into the Dockerfiles that packages find in their build context,
   * so it is part of what is built.
   */
  repository: z._default(z.string().check(z.regex(repositoryForm)), 'cos/store'),
  /** Network of build steps: `default` (the engine's own), `host`, or `none`. Default `none`: a step cannot depend on what a server has today. */
  network: z._default(z.enum(['default', 'host', 'none']), 'none'),
  /** Arguments for `ARG` lines that the recipes bring; they are part of what is built. Default none. */
  buildArgs: z._default(buildArgsForm, {}),
  /**
   * What builds images: `classic`, Docker's classic builder, or `buildkit`; both make the same images. Podman has only its own. Default `auto`: the classic
   * builder, BuildKit for packages whose steps have mounts, and Podman's where that is the engine.
   */
  builder: z._default(z.enum(['auto', 'classic', 'buildkit']), 'auto'),
  /**
   * Further options of `docker build`, as luet's --backend-args: `--no-cache`, `--label=a=b`, `--build-arg=A=b`, `--add-host=h:1.2.3.4`, `--shm-size=64m`,
   * `--memory=2g`, `--cpuset-cpus=0-1`. Others are refused. Default none.
   */
  backendArgs: z._default(
    z.array(z.string()).check((context) => {
      const read = readBackendOptions(context.value);
      if (!read.ok) for (const message of read.problems) context.issues.push({ code: 'custom', input: context.value, message });
    }),
    [],
  ),
  /**
   * Secrets that steps of packages may mount, by the id that steps name: `{ token: { env: 'TOKEN' } }` or `{ key: { file: 'path' } }`. Neither where a secret
   * comes from nor what it says is fingerprinted; which ids a step mounts is. Default none.
   */
  secrets: z._default(z.record(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected letters, digits and . _ - as the id of a secret')), secretOption(secret())), {}),
  /** Path of the engine's socket; default: DOCKER_HOST, the context of the docker program, then the usual sockets of Docker and Podman. */
  socket: z.optional(z.string()),
  /** Registries that are asked without TLS, as `host` or `host:port`; those of the own machine are anyway. The engine has a list of its own. Default none. */
  insecureRegistries: z._default(z.array(z.string().check(z.regex(/^[A-Za-z0-9.[\]:-]+$/))), []),
  /** Addresses that are asked for digests instead of registries: `{ 'docker.io': 'https://mirror.example' }`. The engine has mirrors of its own. Default none. */
  registryMirrors: z._default(z.record(z.string(), z.url({ protocol: /^https?$/ })), {}),
  /**
   * The image for tools that run in a container (`engine: { toolchain: 'container' }` in the config): `image` is a name that the engine or a registry has,
   * default `debian:bookworm-slim`, into which the packages of the tools are installed by `network` (`default` or `host`; default `default`).
   */
  toolchain: z._default(z.strictObject({ image: z._default(z.string(), 'debian:bookworm-slim'), network: z._default(z.enum(['default', 'host']), 'default') }), { image: 'debian:bookworm-slim', network: 'default' }),
  /** Caches of images that other machines share: repositories `registry/path`, without tags. */
  cache: z._default(
    z.object({
      /** Looked in, in this order, for what would be built otherwise. Default none. */
      pull: z._default(z.array(z.string()), []),
      /** Where `--push` pushes to. Default: it needs a value. */
      push: z.optional(z.string()),
    }),
    { pull: [] },
  ),
  /**
   * Which images of registries must be signed by whom, bases and those of caches, by name: `[{ match: 'registry.example/os/*', mode: 'enforce', keys: [pem] }]`.
   * What a cache has and nobody has signed is built instead. Default: nobody looks.
   */
  trust: trustOption,
  /** Under which name luet on this host finds images, beside those of cos; false: none. Default `luet/cache`, where luet keeps its own. */
  imageRepository: z._default(z.union([z.literal(false), z.string().check(z.regex(repositoryForm))]), 'luet/cache'),
  /** Folder for contents of layers while they are read, up to 1 GiB beside those in use; default TMPDIR or /tmp. */
  tmpdir: z.optional(z.string()),
});

export type PluginOptions = z.output<typeof pluginOptions>;

/** Options that say where things are, not what is built. */
export const hostOptions = ['socket', 'tmpdir', 'secrets', 'insecureRegistries', 'registryMirrors', 'toolchain', 'cache', 'imageRepository', 'trust'] as const;

const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy'] as const;

/** Variables that say where the engine is. */
export const engineEnv = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'XDG_RUNTIME_DIR', 'TMPDIR'] as const;

/** Variables that say where what is known of layers is kept. */
const cacheEnv = ['XDG_CACHE_HOME'] as const;

/** Variables of the host that pass through and are not fingerprinted: they say where things are, and what logins of registries are, not what is built. */
export const hostEnv: readonly string[] = [...new Set([...engineEnv, ...proxies, ...hostVariables, signatureVariable, ...cacheEnv])];

/** The proxies that are set: as build arguments the engine predefines them, so they reach neither its cache nor the image. */
export function proxiesOf(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(proxies.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** What the option `backendArgs` asks for. The options were checked when the config was read. */
export function backendOptionsOf({ backendArgs }: PluginOptions): BackendOptions {
  const read = readBackendOptions(backendArgs);
  if (!read.ok) throw new Error(`Internal error: unchecked options: ${read.problems.join('; ')}`);
  return read.options;
}

export const defineStage = createDefineStage(pluginOptions);

export const definePlanner = createDefinePlanner(pluginOptions);
export const definePin = createDefinePin(pluginOptions);
