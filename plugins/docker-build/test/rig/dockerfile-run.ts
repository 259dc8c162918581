import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readTar } from '@cos/archive';
import { defineArtifact, defineConfig, defineDerivative, defineDistribution, definePlugin, createDefineStage, noMeta, noOptions, one, type Diagnostic } from '@cos/core';
import { containerImage } from '@cos/core/artifacts';
import { createWorkspace, runConfig, type RanConfig, type TemporaryWorkspace } from '@cos/core/testing';
import { onTestFinished } from 'vitest';
import { dockerBuild } from '../../src/index.ts';
import { busyboxTar } from './busybox.ts';

/** An image as a tar, so that tests can look inside. */
const contentOf = createDefineStage(noOptions)({
  description: 'the content of an image',
  version: 1,
  cache: 'content',
  inputs: { image: one(containerImage) },
  outputs: { tar: defineArtifact({ name: 'test-tar', storage: 'file', meta: noMeta }) },
  options: noOptions,
  async run({ inputs, emit, scratch }) {
    const path = join(scratch, 'image.tar');
    await pipeline(Readable.from(inputs.image.read()), createWriteStream(path));
    return { tar: await emit.tar(path, {}) };
  },
});
const look = definePlugin({ name: 'look', apiVersion: 1, options: noOptions, stages: { contentOf } });

export interface DockerfileProject {
  readonly workspace: TemporaryWorkspace;
  readonly run: (over?: Partial<DockerfileRun>) => Promise<DockerfileResult>;
}

interface DockerfileRun {
  readonly dockerfile: string;
  readonly context: string;
  readonly target: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Options of the plugin. */
  readonly plugin: object;
  readonly force: 'all' | 'none';
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

export interface DockerfileResult extends RanConfig {
  /** Files of the image with their content, without those of busybox; undefined when it was not built. */
  readonly files: ReadonlyMap<string, string> | undefined;
  /** Keys of the tasks that ran. */
  readonly built: readonly string[];
  readonly failure: Diagnostic | undefined;
}

interface ProjectRequest {
  readonly repository: string;
  /** Leads to the engine. */
  readonly env: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** A workspace with files and a busybox base, in which every image that a Dockerfile names is that base. */
export async function dockerfileProject({ repository, env, files }: ProjectRequest): Promise<DockerfileProject> {
  const workspace = await createWorkspace(files);
  onTestFinished(async () => workspace.remove());
  await pipeline(Readable.from(busyboxTar()), createWriteStream(workspace.join('base.tar')));
  return { workspace, run: async (over = {}) => run(workspace, { repository, env }, over) };
}

async function run(workspace: TemporaryWorkspace, { repository, env }: Omit<ProjectRequest, 'files'>, over: Partial<DockerfileRun>): Promise<DockerfileResult> {
  const { dockerfile = 'Dockerfile', context = '.', target, buildArgs = {}, plugin = {}, force = 'none', signal, onLine } = over;
  const choice = target === undefined ? {} : { target };
  const config = defineConfig({
    plugins: [dockerBuild({ repository, ...plugin }), look()],
    derivatives: [defineDerivative({ name: 'test', from: defineDistribution({ name: 'test', values: {}, platforms: {} }), platforms: ['linux/amd64'], trees: [] })],
    targets: {
      image: {
        description: 'the image of the Dockerfile',
        async plan({ use, source, platform }) {
          const engine = use['docker-build'];
          const found = await engine.dockerfileImages({ dockerfile, context, platform, buildArgs, ...choice });
          const { rootfs } = engine.unpack({ name: 'base', inputs: { archive: source('base.tar') } });
          const { image: base } = engine.base({ name: 'base', inputs: { rootfs }, options: { path: '/bin' } });
          const { image } = engine.dockerfile({
            name: 'test',
            inputs: { dockerfile: source(dockerfile), context: found.sources.map((path) => source(path)), images: found.images.map(() => base) },
            options: { file: dockerfile, references: found.images.map(({ reference }) => reference), context: [...found.context], buildArgs, ...choice },
          });
          return { 'image.tar': use.look.contentOf({ name: 'test', inputs: { image } }).tar };
        },
      },
    },
  });
  const ran = await runConfig(config, {
    workspace: workspace.path,
    force,
    env,
    ...(signal === undefined ? {} : { signal }),
    onEvent: (event) => {
      if (event.type === 'task-output') onLine?.(event.line);
    },
  });
  return {
    ...ran,
    files: ['built', 'cached', 'fresh'].includes(ran.outcomes['look.contentOf#test'] ?? '') ? await filesOf(join(workspace.path, 'build/image.tar')) : undefined,
    built: Object.entries(ran.outcomes).flatMap(([key, outcome]) => (outcome === 'built' ? [key] : [])).sort(),
    failure: ran.diagnostics.find(({ severity }) => severity === 'error'),
  };
}

async function filesOf(path: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const entry of readTar(createReadStream(path))) {
    const chunks: Uint8Array[] = [];
    if (entry.size < 10_000) for await (const chunk of entry.body) chunks.push(chunk);
    if (/^(?:bin|tmp|etc\/(?:hosts|hostname|resolv\.conf)$)/.test(entry.path)) continue;
    if (entry.type === 'symlink') found.set(entry.path, `-> ${entry.linkName}`);
    else if (entry.type !== 'directory') found.set(entry.path, Buffer.concat(chunks).toString());
  }
  return found;
}
