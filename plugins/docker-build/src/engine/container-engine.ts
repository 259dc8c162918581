import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { engineEnv, type PluginOptions } from '../options.ts';
import { ImageStore } from '../store/image-store.ts';
import { createClient, type EngineClient } from './client.ts';
import { findEndpoint } from './endpoint.ts';
import { productOf } from './product.ts';

// The engine as stages, store, pins and checks share it in one process: one client, one set of layers that were read already.

export interface ContainerEngine {
  readonly client: EngineClient;
  readonly store: ImageStore;
}

export interface EngineHost {
  readonly plugin: PluginOptions;
  readonly env: Readonly<Record<string, string>>;
}

/** The engine that options and environment name. Fails as `findEndpoint` does; a failure is not remembered. */
export function useEngine({ plugin, env }: EngineHost): Promise<ContainerEngine> {
  const folder = plugin.tmpdir ?? env['TMPDIR'] ?? tmpdir();
  const kept = join(absolute(env['XDG_CACHE_HOME']) ?? join(absolute(env['HOME']) ?? homedir(), '.cache'), 'cos');
  const key = JSON.stringify([plugin.socket, plugin.repository, plugin.imageRepository, folder, kept, ...engineEnv.map((name) => env[name])]);
  const known = engines.get(key);
  if (known !== undefined) return known;
  const engine = findEndpoint({ socket: plugin.socket, env }).then((endpoint) => {
    const client = createClient(endpoint);
    const mayPush = async (signal: AbortSignal): Promise<boolean> => endpoint.kind === 'socket' && (await productOf(client, signal)).name === 'docker';
    return { client, store: new ImageStore({ client, repository: plugin.repository, imageRepository: plugin.imageRepository, folder, listings: join(kept, 'layers'), pushes: join(kept, 'pushes'), mayPush }) };
  });
  engines.set(key, engine);
  engine.catch(() => engines.delete(key));
  return engine;
}

/** A variable that is empty or relative counts as unset. Format: XDG Base Directory Specification. */
function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && isAbsolute(folder) ? folder : undefined;
}

const engines = new Map<string, Promise<ContainerEngine>>();
