// The repositories of a machine's configuration as those that trees of the command line build on.
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { ClientError, configuredRepositories } from '@cos/client';
import { CosError, type Diagnostic, type Platform, type UpstreamRepository } from '@cos/core';
import { problemOf } from './problem.ts';

export interface ConfiguredUpstreamRequest {
  /** A file in the form of luet's client; '' means where that client looks. */
  readonly file: string;
  /** Absolute. */
  readonly cwd: string;
  /** Folders in it are named relative to it, so that cos.lock says the same on every machine. */
  readonly workspace: string;
  /** Its HOME is looked into. */
  readonly env: Readonly<Record<string, string>>;
  readonly platforms: readonly Platform[];
}

export interface ConfiguredUpstream {
  readonly repositories: readonly UpstreamRepository[];
  /** Warnings. */
  readonly problems: readonly Diagnostic[];
}

/** Throws CosError with everything that is wrong, also when there is no repository at all. */
export async function configuredUpstream({ file, cwd, workspace, env, platforms }: ConfiguredUpstreamRequest): Promise<ConfiguredUpstream> {
  const architectureOf = (platform: Platform): string => platform.slice('linux/'.length);
  const found = await configuredRepositories({ file: file === '' ? undefined : file, cwd, home: env['HOME'], architectures: platforms.map(architectureOf) }).catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    throw new CosError(problemOf('COS_RESOLVE_UPSTREAM_CONFIGURATION', error.message, error.hint ?? 'Mend it.', error.notes));
  });
  if (found.repositories.length === 0) {
    throw new CosError(problemOf('COS_RESOLVE_UPSTREAM_CONFIGURATION', 'Expected repositories in a configuration of luet\'s client; found none.', 'Name a file: --from-repositories=luet.yaml.', [`looked for ${found.places.join(', ')}`]));
  }
  const named = (url: string): string => {
    const inside = relative(workspace, resolve(cwd, url));
    return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? resolve(cwd, url) : inside.split(sep).join('/') || '.';
  };
  return {
    repositories: found.repositories.map(({ name, type, urls, reference, priority, enable, arch }) => ({
      name,
      type,
      urls: type === 'disk' ? urls.map(named) : urls,
      priority,
      ...(reference === '' ? {} : { reference }),
      ...(enable ? {} : { platforms: platforms.filter((platform) => architectureOf(platform) === arch) }),
    })),
    problems: found.warnings.map((warning) => ({ ...problemOf('COS_RESOLVE_UPSTREAM_CONFIGURATION', warning, 'Mend the configuration.'), severity: 'warning' as const })),
  };
}
