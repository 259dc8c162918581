import { join } from 'node:path';
import type { Repository } from '../reference/reference.ts';
import type { AuthProvider, Credentials } from './credentials.ts';
import { askHelper } from './credential-helper.ts';
import { findAuth, findHelper, readAuthFile } from './docker-config.ts';

/** Variables of a process: `process.env`, or a part of it. */
export type Variables = Readonly<Record<string, string | undefined>>;

export interface DockerAuthOptions {
  /** Says where the files are (DOCKER_CONFIG, HOME, XDG_RUNTIME_DIR, REGISTRY_AUTH_FILE) and where programs are (PATH); helpers get all of it. */
  readonly env: Variables;
  /** Instead of the usual files, the first of which counts most. Files that do not exist are passed over. */
  readonly files?: readonly string[];
}

/**
 * The credentials that `docker login` and `podman login` keep: in files, or with the helper program that a file names for a registry. The first
 * file that has something for a registry counts; in each, a helper counts more than what is written.
 */
export function dockerAuth({ env, files = usualFiles(env) }: DockerAuthOptions): AuthProvider {
  return {
    async find(server, { signal }) {
      for (const path of files) {
        const found = await findInFile(path, server, signal);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };

  async function findInFile(path: string, server: Repository, signal: AbortSignal): Promise<Credentials | undefined> {
    const content = await readAuthFile(path);
    if (content === undefined) return undefined;
    const helper = findHelper(content, server);
    const fromHelper = helper === undefined ? undefined : await askHelper({ name: helper, registry: server.registry, path, env, signal });
    return fromHelper ?? findAuth(content, server);
  }
}

/** Formats and places: docker's "docker login", containers-auth.json(5). */
function usualFiles({ DOCKER_CONFIG: docker, HOME: home, XDG_RUNTIME_DIR: runtime, REGISTRY_AUTH_FILE: named }: Variables): readonly string[] {
  return [
    ...(isSet(named) ? [named] : []),
    ...(isSet(docker) ? [join(docker, 'config.json')] : isSet(home) ? [join(home, '.docker', 'config.json')] : []),
    ...(isSet(runtime) ? [join(runtime, 'containers', 'auth.json')] : []),
    ...(isSet(home) ? [join(home, '.config', 'containers', 'auth.json')] : []),
  ];
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
