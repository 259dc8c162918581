import { posix } from 'node:path';
import { CosError, hintFor, type ArtifactRef, type Diagnostic, type DockerfileSystem, type Place } from '@cos/core';
import type { ContainerImage } from '@cos/core/artifacts';
import type { TargetCode } from '../codes.ts';
import { baseImage } from './base-image.ts';
import type { StandardContext } from './context.ts';
import { frameworkImage, packageImage, systemImage, type SystemRequest } from './system.ts';

// Images that a Dockerfile names. `cos://` cannot begin a reference of a registry, so nothing that cos makes can be mixed up with an image of the same name
// that somebody has published, and docker by itself refuses such a Dockerfile instead of looking elsewhere.

const forms = ['cos://base', 'cos://framework', 'cos://package/<category>/<name>', 'cos://derivative/<name>'] as const;

/** Plans the image of a Dockerfile. All references that mean nothing are told together. `above`: the derivatives whose Dockerfiles lead here. */
export async function dockerfileImage(context: StandardContext, system: DockerfileSystem, request: SystemRequest, above: readonly string[]): Promise<ArtifactRef<ContainerImage>> {
  const { use, source, platform, derivative } = context;
  const file = posix.normalize(system.dockerfile);
  const choices = { buildArgs: { ...system.buildArgs }, ...(system.target === undefined ? {} : { target: system.target }) };
  const found = await use['docker-build'].dockerfileImages({ dockerfile: file, context: system.context ?? posix.dirname(file), platform, ...choices });
  const problems: Diagnostic[] = [];
  const images: ArtifactRef<ContainerImage>[] = [];
  let failed = false;
  for (const { reference, place } of found.images) {
    try {
      images.push(await imageOf(context, reference, { system, request, above, place }));
    } catch (error) {
      if (!(error instanceof CosError)) throw error;
      failed = true;
      problems.push(...error.diagnostics.map((diagnostic) => asAskedFor(diagnostic, reference, place)));
    }
  }
  // Without problems of its own an error means that a pin is looked up first, and planning begins anew.
  if (failed) throw new CosError(problems);
  return use['docker-build'].dockerfile({
    name: derivative.name,
    inputs: { dockerfile: source(file), context: found.sources.map((path) => source(path)), images },
    options: { file, references: found.images.map(({ reference }) => reference), context: [...found.context], ...choices },
  }).image;
}

interface Asked {
  readonly system: DockerfileSystem;
  readonly request: SystemRequest;
  readonly above: readonly string[];
  readonly place: Place;
}

async function imageOf(context: StandardContext, reference: string, { system, request, above, place }: Asked): Promise<ArtifactRef<ContainerImage>> {
  const [, kind = '', name = ''] = /^cos:\/\/([^/]*)(?:\/(.*))?$/.exec(reference) ?? [];
  if (!reference.startsWith('cos://')) return baseImage(context, reference);
  if (kind === 'base' && name === '') return baseImage(context, baseName(context));
  if (kind === 'framework' && name === '') return frameworkImage(context, system.framework ?? 'all', request);
  if (kind === 'package' && name !== '') return packageImage(context, name, request);
  if (kind === 'derivative' && name !== '') return otherSystem(context, name, { system, request, above, place });
  throw new CosError({
    code: 'COS_PLAN_IMAGE' satisfies TargetCode,
    severity: 'error',
    message: `Expected ${forms.join(', ')}; found ${JSON.stringify(reference)}.`,
    place,
    hint: hintFor(reference, name === '' ? forms : ['cos://base', 'cos://framework', `cos://package/${name}`, `cos://derivative/${name}`], 'names'),
  });
}

function baseName({ values, derivative }: StandardContext): string {
  const image = values['image'];
  if (typeof image === 'string' && image !== '') return image;
  throw new CosError({ code: 'COS_PLAN_BASE' satisfies TargetCode, severity: 'error', message: `The values of derivative "${derivative.name}" name no base image: expected a text as "image".`, hint: 'Presets have one; overlays may have taken it away.' });
}

function otherSystem(context: StandardContext, name: string, { request, above, place }: Asked): Promise<ArtifactRef<ContainerImage>> {
  const { derivative, derivatives, platform, contextOf } = context;
  const path = [...above, derivative.name];
  const report = (message: string, hint: string): CosError => new CosError({ code: 'COS_PLAN_IMAGE' satisfies TargetCode, severity: 'error', message, place, hint });
  if (path.includes(name)) {
    throw report(`The system of derivative "${name}" cannot be made of itself: ${[...path.slice(path.indexOf(name)), name].join(' -> ')}.`, 'Start one of them from something else.');
  }
  if (!derivatives.includes(name)) throw report(`The config has no derivative ${JSON.stringify(name)} for ${platform}.`, hintFor(name, derivatives.filter((one) => one !== derivative.name), 'other derivatives'));
  return systemImage(contextOf(name), request, path);
}

/** What is wrong with a package or a base is told with the line that asked for it. */
function asAskedFor(diagnostic: Diagnostic, reference: string, place: Place): Diagnostic {
  if (diagnostic.severity !== 'error' || (diagnostic.place?.file === place.file && diagnostic.place.line === place.line)) return diagnostic;
  if (diagnostic.place === undefined) return { ...diagnostic, place };
  return { ...diagnostic, notes: [...(diagnostic.notes ?? []), { message: `${reference} is asked for here`, place }] };
}
