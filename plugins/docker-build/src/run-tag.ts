// Names that an image has only while a run works on it. They carry the run's identity, so that what a killed run left can be told from what is in use.

/** Tag for what `purpose` makes in a run, for example `run-import-<id>`. Throws when the id could not be read back. */
export function runTag(purpose: 'import' | 'package' | 'dockerfile', runId: string): string {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(runId)) throw new Error(`Internal error: the run id ${JSON.stringify(runId)} cannot be part of a tag`);
  return `${RUN_PREFIX}${purpose}-${runId}`;
}

export const RUN_PREFIX = 'run-';

/** The run that made a tag; undefined for tags of another kind. */
export function runOf(tag: string): string | undefined {
  return /^run-(?:import|package|dockerfile)-(.+)$/.exec(tag)?.[1];
}
