import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CosError, fileTree, many, one } from '@cos/core';
import { containerImage } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { explainHeredocs } from '../dockerfile/explain-heredocs.ts';
import { findImages, type FoundImages } from '../dockerfile/find-images.ts';
import { packParts } from '../dockerfile/pack-parts.ts';
import { readDockerfile, type DockerfileModel } from '../dockerfile/read-dockerfile.ts';
import { rewriteDockerfile } from '../dockerfile/rewrite.ts';
import { declaredArguments, platformArguments } from '../dockerfile/variables.ts';
import { buildImage } from '../engine/build-image.ts';
import { useEngine } from '../engine/container-engine.ts';
import { referenceOf } from '../engine/images.ts';
import { withRunName } from '../engine/run-name.ts';
import { fail } from '../errors.ts';
import { nameInEngine } from '../name-in-engine.ts';
import { backendOptionsOf, buildArgsForm, defineStage, proxiesOf } from '../options.ts';
import { runTag } from '../run-tag.ts';

const inside = z.string().check(z.regex(/^\/(?!(?:.*\/)?\.\.(?:\/|$))/, 'expected a path from the top of the context'));

const contextPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('source'), path: inside }),
  z.object({ type: z.literal('folder'), path: inside }),
  z.object({ type: z.literal('link'), path: inside, target: z.string() }),
]);

/**
 * One image from a Dockerfile of the workspace. Which images and files it needs the planner `dockerfileImages` tells; the engine gets their names in its
 * own store in place of what the Dockerfile calls them, so that it cannot take anything else from a registry.
 */
export const dockerfile = defineStage({
  description: 'build the image of a Dockerfile in the container engine',
  version: 2,
  cache: 'content',
  platform: true,
  inputs: {
    dockerfile: one(fileTree),
    /** One for each part of type `source` of the option `context`, in its order. */
    context: many(fileTree),
    /** One for each of the option `references`, in its order. */
    images: many(containerImage),
  },
  outputs: { image: containerImage },
  options: z.object({
    /** Path of the Dockerfile below the workspace, for messages. */
    file: z.string(),
    /** What the Dockerfile calls the images. */
    references: z.array(z.string()),
    /** The parts of the context. */
    context: z.array(contextPart),
    /** The stage to build; default the last one. */
    target: z.optional(z.string()),
    /** Values for ARG. They can be seen in the image: they are no place for secrets. */
    buildArgs: z._default(buildArgsForm, {}),
  }),
  resource: { class: 'container-build' },
  async run({ inputs, options, plugin, platform, emit, env, log, signal, forced, repeated, runId, sourceDateEpoch }) {
    const { model, problems } = readDockerfile({ file: options.file, text: await readFile(await inputs.dockerfile.path(), 'utf8') });
    if (model === undefined) throw new CosError(problems);
    const buildArgs = { ...plugin.buildArgs, ...options.buildArgs };
    const found = findImages({ model, target: options.target, buildArgs, platform });
    if (found.problems.length > 0) throw new CosError(found.problems);
    const engine = await useEngine({ plugin, env });
    const names = new Map<string, string>();
    for (const [reference, isStart] of imagesOf(found)) {
      const given = inputs.images[options.references.indexOf(reference)];
      if (given === undefined) fail('COS_DOCKER_DOCKERFILE_CHANGED', `${options.file} names ${reference}, for which the plan has no image.`, { place: { file: options.file } });
      names.set(reference, await nameInEngine(given, engine, { signal, isStart }));
    }
    const { text, steps } = rewriteDockerfile({ model, ...found, nameOf: (reference) => known(names, reference) });
    const name = { repository: plugin.repository, tag: runTag('dockerfile', runId) };
    return withRunName(engine.client, name, async () => {
      const image = await buildImage(engine.client, {
        subject: options.file,
        steps,
        dockerfileName: dockerfileName(text),
        context: packParts({ parts: options.context, sources: await Promise.all(inputs.context.map(async (source) => source.path())), dockerfile: { name: dockerfileName(text), text }, time: sourceDateEpoch }),
        tag: referenceOf(name),
        network: plugin.network,
        backend: backendOptionsOf(plugin),
        layerCache: !forced,
        ...(repeated ? { mountCaches: runId } : {}),
        builder: plugin.builder === 'buildkit' ? 'buildkit' : 'classic',
        buildArgs: { ...platformArgumentsOf(model, platform), ...buildArgs, ...proxiesOf(env) },
        onLine: (line) => log.info(line),
        signal,
      }).catch((error: unknown) => {
        throw explainHeredocs(error, model, found);
      });
      return { image: await emit.image(image, { reference: engine.store.referenceOf(await engine.store.digestOf(image, signal)) }) };
    });
  },
});

/** References of images, and whether a stage starts from them. */
function imagesOf({ uses }: FoundImages): ReadonlyMap<string, boolean> {
  const images = new Map<string, boolean>();
  for (const { instruction, to } of uses) {
    if (to.kind === 'image') images.set(to.reference, images.get(to.reference) === true || instruction.keyword === 'FROM');
  }
  return images;
}

function known(names: ReadonlyMap<string, string>, reference: string): string {
  const name = names.get(reference);
  if (name === undefined) throw new Error(`Internal error: ${reference} has no name in the engine`);
  return name;
}

/** A name that no file of the context has. */
function dockerfileName(text: string): string {
  return `.cos-${createHash('sha256').update(text).digest('hex').slice(0, 32)}.dockerfile`;
}

/** Older builders do not know these by themselves; an argument that nobody declares would be a warning. */
function platformArgumentsOf(model: DockerfileModel, platform: string): Readonly<Record<string, string>> {
  const declared = declaredArguments(model);
  return Object.fromEntries(Object.entries(platformArguments(platform)).filter(([name]) => declared.has(name)));
}
