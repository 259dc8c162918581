import { CosError, hintFor, type Diagnostic, type Place, type TrackedReader } from '@cos/core';
import * as z from 'zod/mini';
import { findCopiedPaths, type CopiedPath, type Download } from '../dockerfile/copied-paths.ts';
import { findImages, type FoundImages } from '../dockerfile/find-images.ts';
import { readIgnoreRules } from '../dockerfile/ignore-rules.ts';
import { placeOf, problemAt, readDockerfile, type DockerfileModel } from '../dockerfile/read-dockerfile.ts';
import { selectContext, type ContextPart } from '../dockerfile/select-context.ts';
import { declaredArguments } from '../dockerfile/variables.ts';
import { buildArgsForm, definePlanner } from '../options.ts';

const options = z.object({
  /** Path below the workspace. */
  dockerfile: z.string(),
  /** Folder below the workspace that COPY and ADD read. */
  context: z.string(),
  /** The stage to build; default the last one. */
  target: z.optional(z.string()),
  buildArgs: z._default(buildArgsForm, {}),
  /** `linux/amd64`. */
  platform: z.string(),
});

/** What a Dockerfile is built from. */
export interface DockerfileInputs {
  /** Images that it names, each once, with the first place. References begin with `cos://`, or are those of a registry. */
  readonly images: readonly { readonly reference: string; readonly place: Place }[];
  /** Parts of the context that it reads, for the stage's option. */
  readonly context: readonly ContextPart[];
  /** Workspace paths of the parts of type `source`, in the same order. */
  readonly sources: readonly string[];
}

/**
 * Reads a Dockerfile and its .dockerignore, and answers which images and which files it is built from. Only stages that the target needs count. All
 * problems are told together.
 */
export const dockerfileImages = definePlanner({
  description: 'read a Dockerfile and decide which images and files it is built from',
  options,
  async plan({ options: { dockerfile: file, context, target, buildArgs, platform }, plugin, ownFolders, read, list, report }): Promise<DockerfileInputs> {
    const { model, problems } = readDockerfile({ file, text: await read(file) });
    if (model === undefined) throw new CosError(problems);
    const given = { ...plugin.buildArgs, ...buildArgs };
    for (const warning of unusedArguments(model, buildArgs)) report(warning);
    const found = findImages({ model, target, buildArgs: given, platform });
    const { paths, downloads } = findCopiedPaths(found.stages);
    const below = (path: string): string => inContext(context, path);
    const rules = readIgnoreRules(await readIgnoreFile(file, context, { read, list }), ownFolders.flatMap((folder) => belowContext(context, folder)));
    const { parts, missing } = await selectContext({ paths, rules, list: async (folder) => list(below(folder)) });
    const all = [
      ...found.problems,
      ...missing.map(({ path, isIgnored }) => missingPath(model, path, context, isIgnored)),
      ...(plugin.network === 'none' ? downloads.map((download) => forbiddenDownload(model, download)) : []),
    ];
    if (all.length > 0) throw new CosError(all);
    return { images: imagesOf(model, found), context: parts, sources: parts.flatMap(({ type, path }) => (type === 'source' ? [below(path.slice(1))] : [])) };
  },
});

function imagesOf(model: DockerfileModel, { uses }: FoundImages): DockerfileInputs['images'] {
  const images = new Map<string, Place>();
  for (const { instruction, start, end, to } of uses) {
    if (to.kind === 'image' && !images.has(to.reference)) images.set(to.reference, placeOf(model.file, instruction.source, start, end));
  }
  return [...images].map(([reference, place]) => ({ reference, place }));
}

/** The rules beside the Dockerfile that bear its name, else those of the context, as docker reads them. */
async function readIgnoreFile(dockerfile: string, context: string, { read, list }: Pick<TrackedReader, 'read' | 'list'>): Promise<string> {
  for (const path of [`${dockerfile}.dockerignore`, inContext(context, '.dockerignore')]) {
    const slash = path.lastIndexOf('/');
    const entries = await list(slash < 0 ? '.' : path.slice(0, slash));
    if (entries.some(({ name }) => name === path.slice(slash + 1))) return read(path);
  }
  return '';
}

function inContext(context: string, path: string): string {
  if (path === '') return context;
  return context === '.' ? path : `${context}/${path}`;
}

/** A folder of the workspace as the context sees it; none when it lies elsewhere. */
function belowContext(context: string, folder: string): readonly string[] {
  if (context === '.') return [folder];
  return folder.startsWith(`${context}/`) ? [folder.slice(context.length + 1)] : [];
}

function unusedArguments(model: DockerfileModel, buildArgs: Readonly<Record<string, string>>): readonly Diagnostic[] {
  const declared = declaredArguments(model);
  return Object.keys(buildArgs).filter((name) => !declared.has(name)).map((name) => ({
    code: 'COS_DOCKER_DOCKERFILE_ARGUMENT',
    severity: 'warning',
    message: `The build argument "${name}" has no effect: ${model.file} declares no ARG of that name.`,
    place: { file: model.file },
    hint: hintFor(name, declared, 'arguments', 'The Dockerfile has no ARG.'),
  }));
}

function missingPath(model: DockerfileModel, { instruction, text }: CopiedPath, context: string, isIgnored: boolean): Diagnostic {
  const found = isIgnored ? '.dockerignore leaves it out' : 'it has nothing of that name';
  const hint = isIgnored ? `Add a line "!${text}" to .dockerignore.` : 'Paths are relative to the context; no builder reads files above it.';
  return problemAt(model, placeOfWord(model, instruction, text), 'COS_DOCKER_DOCKERFILE_COPY', `Expected ${JSON.stringify(text)} in the context "${context}"; ${found}.`, hint);
}

function forbiddenDownload(model: DockerfileModel, { instruction, url }: Download): Diagnostic {
  const message = `The engine would download ${url}, and steps have no network.`;
  return problemAt(model, placeOfWord(model, instruction, url), 'COS_DOCKER_DOCKERFILE_NETWORK', message, 'Keep the file in the context, or give steps a network by the plugin option "network".');
}

function placeOfWord(model: DockerfileModel, { source, restAt }: CopiedPath['instruction'], word: string): Place {
  const at = source.text.indexOf(word, restAt);
  return at < 0 ? placeOf(model.file, source, 0, source.text.length) : placeOf(model.file, source, at, at + word.length);
}
