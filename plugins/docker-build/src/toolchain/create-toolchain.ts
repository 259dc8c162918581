import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CosError, type Toolchain, type ToolchainCall, type ToolchainCommand, type ToolchainContent, type ToolchainContext } from '@cos/core';
import type { EngineClient } from '../engine/client.ts';
import { useEngine } from '../engine/container-engine.ts';
import type { Endpoint } from '../engine/endpoint.ts';
import { fieldsOf, itemsOf, textOf, textsOf } from '../engine/json-answer.ts';
import { productOf } from '../engine/product.ts';
import { failureOf } from '../errors.ts';
import type { PluginOptions } from '../options.ts';
import { preflight } from '../preflight.ts';
import { callVariable, runLabel, type ContainerCall } from './container-call.ts';
import { findInImage } from './find-in-image.ts';
import { toolchainImage } from './toolchain-image.ts';

/** Tools in containers of the engine: a new one for each call, without network, with the user and the folders of the host. */
export async function createToolchain(context: ToolchainContext<PluginOptions>): Promise<Toolchain> {
  const { plugin, env, signal, folders, runId, isAlive } = context;
  const problems = await preflight({ plugin, env, signal });
  if (problems.length > 0) throw new CosError(problems.map(({ message, hint }) => ({ code: 'COS_DOCKER_TOOLCHAIN', severity: 'error', message: `Tools cannot run in a container: ${message}`, hint })));
  const { client } = await useEngine({ plugin, env });
  await sweepContainers(client, isAlive, signal);
  const image = await toolchainImage({ ...context, client });
  const { name, version } = await productOf(client, signal);
  const user = await userIn(client, signal);
  const command = (call: ToolchainCall): ToolchainCommand => ({
    path: process.execPath,
    args: entry(),
    env: { [callVariable]: JSON.stringify({ engine: engineOf(client.endpoint), container: containerOf(call, { image: image.id, user, folders }) } satisfies ContainerCall) },
  });
  return {
    about: `the image ${image.reference} of ${name} ${version}`,
    identity: `${name} ${image.id}`,
    command,
    find: (names, files, stop): Promise<ToolchainContent> => findInImage({ names, files, command, folders, runId, image: image.reference, signal: stop }),
  };
}

/** Node with the program: the built one, or the one of the sources, for which Node has to be told the condition of their packages. */
function entry(): readonly string[] {
  const own = fileURLToPath(import.meta.url);
  return own.endsWith('.ts') ? ['--conditions=source', '--disable-warning=ExperimentalWarning', join(dirname(own), 'run-in-container.ts')] : [join(dirname(own), 'run-in-container.js')];
}

function engineOf(endpoint: Endpoint): ContainerCall['engine'] {
  if (endpoint.kind === 'socket') return { socketPath: endpoint.path };
  const { host, port, tls } = endpoint;
  return tls === undefined ? { host, port } : { host, port, tls };
}

/** Without privileges, but with everything that an unprivileged process of the host may do: user namespaces are what images are squashed in. */
function containerOf({ cwd, env, writable, runId }: ToolchainCall, { image, user, folders }: { readonly image: string; readonly user: string; readonly folders: readonly string[] }): Readonly<Record<string, unknown>> {
  return {
    Image: image,
    User: user,
    WorkingDir: cwd,
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Entrypoint: [],
    Labels: { [runLabel]: runId },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    NetworkDisabled: true,
    HostConfig: {
      NetworkMode: 'none',
      SecurityOpt: ['seccomp=unconfined', 'label=disable'],
      LogConfig: { Type: 'none' },
      Mounts: [...mountsOf(folders, true), ...mountsOf(writable, false)],
    },
  };
}

/** Under the path that is given, and under the one that it really has. */
function mountsOf(folders: readonly string[], readOnly: boolean): readonly Readonly<Record<string, unknown>>[] {
  const places = folders.flatMap((folder) => {
    const real = realpathSync(folder);
    return [...new Set([folder, real])].map((target) => ({ Type: 'bind', Source: real, Target: target, ReadOnly: readOnly }));
  });
  return [...new Map(places.map((place) => [place.Target, place])).values()];
}

/** What tools make has to belong to who called them. A rootless engine maps that user to the superuser of its containers. */
async function userIn(client: EngineClient, signal: AbortSignal): Promise<string> {
  const info = fieldsOf(await client.ask({ method: 'GET', path: '/info', signal }));
  const isRootless = info.get('Rootless') === true || textsOf(info.get('SecurityOptions')).some((text) => text.includes('name=rootless'));
  return isRootless ? '0:0' : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
}

/** Removes what killed runs left. */
async function sweepContainers(client: EngineClient, isAlive: (runId: string) => boolean, signal: AbortSignal): Promise<void> {
  const answer = await client.ask({ method: 'GET', path: '/containers/json', query: { all: '1', filters: JSON.stringify({ label: [runLabel] }) }, signal });
  for (const item of itemsOf(answer).map(fieldsOf)) {
    const id = textOf(item.get('Id'));
    const runId = textOf(fieldsOf(item.get('Labels')).get(runLabel));
    if (!/^[0-9a-f]{12,64}$/.test(id)) throw failureOf('COS_DOCKER_ENGINE_FAILED', 'The engine lists a container without an id.');
    if (!isAlive(runId)) await client.find({ method: 'DELETE', path: `/containers/${id}`, query: { force: '1', v: '1' }, signal });
  }
}
