import type { UpstreamRepository } from '@cos/core';
import type { RepositoryDetails } from '../pins/repository.ts';

/** What the pin `repository` is asked about a repository of a derivative, whoever asks: an answer counts only for the very details that it was looked up with. */
export function repositoryQuestion({ name, type, urls, reference }: UpstreamRepository): { readonly request: string; readonly details: RepositoryDetails } {
  return { request: name, details: { type, urls: [...urls], ...(reference === undefined ? {} : { reference }) } };
}
