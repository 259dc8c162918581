import { findImages, type FoundImages, type ImagesRequest } from '../../src/dockerfile/find-images.ts';
import { readDockerfile, type DockerfileModel } from '../../src/dockerfile/read-dockerfile.ts';

export function modelOf(text: string): DockerfileModel {
  const { model, problems } = readDockerfile({ file: 'Dockerfile', text });
  if (model === undefined) throw new Error(JSON.stringify(problems.map(({ message }) => message)));
  return model;
}

export function imagesOf(text: string, over: Partial<ImagesRequest> = {}): FoundImages {
  return findImages({ model: modelOf(text), target: undefined, buildArgs: {}, platform: 'linux/amd64', ...over });
}

/** What each name leads to: `stage 0`, `scratch`, or the reference. */
export function usesOf(text: string, over: Partial<ImagesRequest> = {}): readonly string[] {
  const { uses, problems } = imagesOf(text, over);
  if (problems.length > 0) throw new Error(JSON.stringify(problems.map(({ message }) => message)));
  return uses.map(({ to }) => (to.kind === 'image' ? to.reference : to.kind === 'stage' ? `stage ${to.index}` : 'scratch'));
}

/** `line:column+length message` of everything that is wrong. */
export function problemsOf(text: string, over: Partial<ImagesRequest> = {}): readonly string[] {
  const { model, problems } = readDockerfile({ file: 'Dockerfile', text });
  const all = model === undefined ? problems : findImages({ model, target: undefined, buildArgs: {}, platform: 'linux/amd64', ...over }).problems;
  return all.map(({ message, place }) => `${place?.line ?? ''}:${place?.column ?? ''}+${place?.length ?? ''} ${message}`);
}
