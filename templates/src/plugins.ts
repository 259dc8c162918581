import { attest } from '@cos/plugin-attest';
import { client } from '@cos/plugin-client';
import { dockerBuild } from '@cos/plugin-docker-build';
import { iso } from '@cos/plugin-iso';
import { packer } from '@cos/plugin-packer';
import { repo } from '@cos/plugin-repo';
import { resolve } from '@cos/plugin-resolve';
import { sign } from '@cos/plugin-sign';
import { squash } from '@cos/plugin-squash';
import { template } from '@cos/plugin-template';
import { packageBuilds } from './build/plugin.ts';

type Options<F extends (options?: never) => unknown> = Parameters<F>[0];

/** Options of the plugins that come with cos, by plugin. */
export interface StandardPluginOptions {
  readonly dockerBuild?: Options<typeof dockerBuild>;
  readonly iso?: Options<typeof iso>;
  readonly resolve?: Options<typeof resolve>;
  readonly sign?: Options<typeof sign>;
  readonly squash?: Options<typeof squash>;
}

/** All plugins that come with cos. Add your own behind them: `[...standardPlugins(), mine()]`. */
export function standardPlugins(options: StandardPluginOptions = {}) {
  return [resolve(options.resolve), template(), dockerBuild(options.dockerBuild), squash(options.squash), repo(keysOf(options.sign)), sign(options.sign), iso(options.iso), packer(), attest(), client(), packageBuilds()] as const;
}

/** What is published is signed with the key that everything is signed with. */
function keysOf({ key, password }: Options<typeof sign> & {} = {}): Options<typeof repo> {
  return { ...(key === undefined ? {} : { key }), ...(password === undefined ? {} : { password }) };
}

export type StandardPlugins = ReturnType<typeof standardPlugins>;
