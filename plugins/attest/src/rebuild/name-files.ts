import type { Content, Digest } from '@cos/core';
import type { ChangedStep } from './compare-builds.ts';
import { compareContents, type FileChange } from './contents/compare-contents.ts';
import { listContent, type ListOptions } from './contents/list-content.ts';
import type { Step } from './step.ts';

/** The files by which something that a task made differs. */
export interface NamedFiles {
  readonly task: string;
  /** Whose output was compared: the task's own, or that of one that made something of it. */
  readonly seenIn: string | undefined;
  readonly files: readonly FileChange[];
}

export interface NameRequest {
  /** Steps that made something else, in the order of the build. */
  readonly changed: readonly ChangedStep[];
  /** All steps of the second build. */
  readonly steps: readonly (Step & { readonly reads: readonly string[] })[];
  /** Files by which the artifact itself differs. */
  readonly artifact: readonly FileChange[];
  readonly kept: (kind: string, digest: Digest) => Promise<Content | undefined>;
  readonly made: (kind: string, digest: Digest) => Promise<Content | undefined>;
  readonly options: ListOptions;
}

/**
 * Names the files by which a step's outputs differ. Of the first build often only the artifact is left. So the outputs of the step are compared where the old
 * ones are still there, then those of the steps that followed from it; and else the files of the artifact that differ count as far as the step's new output has them.
 */
export async function nameFiles(task: string, request: NameRequest): Promise<NamedFiles> {
  const following = followersOf(task, request);
  for (const step of following) {
    for (const { kind, before, after } of step.outputs) {
      const [old, now] = [await request.kept(kind, before), await request.made(kind, after)];
      const files = old === undefined || now === undefined ? undefined : await compareContents(old, now, request.options);
      if (files !== undefined && files.length > 0) return { task, seenIn: step.task, files };
    }
  }
  for (const step of following) {
    for (const { kind, after } of step.outputs) {
      const now = await request.made(kind, after);
      // What a store lists is a whole root, which says nothing of whose files they are.
      const listed = now === undefined || 'list' in now ? undefined : await listContent(now, request.options);
      if (listed?.form !== 'tar') continue;
      // One file may be in several parts of the artifact.
      const files = new Map(request.artifact.filter(({ path, kind: change }) => change !== 'removed' && listed.listing.has(path)).map((file) => [file.path, { ...file, within: [] }]));
      if (files.size > 0) return { task, seenIn: step.task, files: [...files.values()] };
    }
  }
  return { task, seenIn: undefined, files: [] };
}

/** The step, and those that read of it and made something else, the nearest first. */
function followersOf(task: string, { changed, steps }: NameRequest): readonly ChangedStep[] {
  const byTask = new Map(changed.map((step) => [step.task, step]));
  const found = new Set([task]);
  for (const each of found) {
    for (const step of steps) if (byTask.has(step.task) && step.reads.some((from) => from.startsWith(`${each}:`))) found.add(step.task);
  }
  return [...found].flatMap((each) => byTask.get(each) ?? []);
}
