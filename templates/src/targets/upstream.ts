import { CosError } from '@cos/core';
import { repositoryQuestion } from '@cos/plugin-resolve';
import type { StandardContext } from './context.ts';

export interface PinnedRepository {
  readonly name: string;
  /** Digest of its files. */
  readonly files: string;
  readonly priority: number;
}

/** What cos.lock says of the repositories that the derivative builds on. All that it does not say is looked up together. */
export function upstreamRepositories({ use, derivative, platform }: StandardContext): PinnedRepository[] {
  const wanted = derivative.repositories.filter(({ platforms }) => platforms === undefined || platforms.includes(platform));
  const problems: CosError[] = [];
  const pinned = wanted.flatMap((one) => {
    try {
      const { request, details } = repositoryQuestion(one);
      const { files } = use.resolve.repository(request, details);
      return [{ name: one.name, files, priority: one.priority ?? 0 }];
    } catch (error) {
      if (!(error instanceof CosError)) throw error;
      problems.push(error);
      return [];
    }
  });
  // Without diagnostics of its own an error means that a pin is looked up first, and planning begins anew.
  if (problems.length > 0) throw new CosError(problems.flatMap(({ diagnostics }) => diagnostics));
  return pinned;
}

/** Where images of upstream packages may be: the repositories that are images themselves, besides what published metadata names. */
export function upstreamImages({ derivative, platform }: StandardContext): readonly string[] {
  return derivative.repositories.filter(({ type, platforms }) => type === 'docker' && (platforms === undefined || platforms.includes(platform))).flatMap(({ urls }) => urls);
}
