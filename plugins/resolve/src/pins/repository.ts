import * as z from 'zod/mini';
import { definePin } from '../options.ts';
import { syncRepository } from '../upstream/sync-repository.ts';

const sha256 = z.string().check(z.regex(/^(?:[0-9a-f]{64})?$/));

export const repositoryDetails = z.object({
  type: z.enum(['disk', 'http', 'docker']),
  urls: z.array(z.string()).check(z.minLength(1)),
  /** A snapshot; default the newest state. */
  reference: z.optional(z.string()),
});

export type RepositoryDetails = z.output<typeof repositoryDetails>;

const answer = z.strictObject({
  /** Counts publications. */
  revision: z.int(),
  /** What repository.yaml says of its archives; empty where it says nothing. */
  compilertree: sha256,
  index: sha256,
  /** Of the trees and what the index says of builds: all that planning reads. */
  files: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
});

export type RepositoryAnswer = z.output<typeof answer>;

/** What a published repository held when it was looked up. The request is its name. Its trees are kept below the cache folder, where planning reads them. */
export const repository = definePin({
  description: 'content of a published repository that packages are built on',
  answer,
  details: repositoryDetails,
  async resolve(name, context) {
    const found = await syncRepository(name, context);
    const { previous } = context;
    // Another publication of the same trees is no news.
    return previous !== undefined && previous.files === found.files ? previous : found;
  },
  files: {
    digestOf: ({ files }) => files,
    async bring(name, pinned, context) {
      await syncRepository(name, context, pinned);
    },
  },
});
