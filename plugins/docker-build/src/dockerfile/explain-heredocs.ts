import { CosError } from '@cos/core';
import type { FoundImages } from './find-images.ts';
import { placeOf, type DockerfileModel } from './read-dockerfile.ts';

/**
 * Builders without here-documents take their lines for instructions, and what they say then points anywhere: a failure of a Dockerfile that has some says
 * so. Other failures stay as they are.
 */
export function explainHeredocs(error: unknown, { file }: DockerfileModel, { stages }: FoundImages): unknown {
  if (!(error instanceof CosError) || !error.diagnostics.some(({ code }) => code === 'COS_DOCKER_DOCKERFILE_SYNTAX' || code === 'COS_DOCKER_BUILD_FAILED')) return error;
  const first = stages.flatMap(({ instructions }) => instructions).find(({ source }) => source.lastLine > source.headLine);
  if (first === undefined) return error;
  const place = placeOf(file, first.source, 0, first.source.text.length);
  const notes = [{ message: 'The first here-document begins here.', place }];
  const hint = 'The builder of this engine may not know here-documents: copy a file of the context, and join commands by "&& \\".';
  return new CosError(error.diagnostics.map((diagnostic) => ({ place, ...diagnostic, notes: [...(diagnostic.notes ?? []), ...notes], hint })), { cause: error });
}
