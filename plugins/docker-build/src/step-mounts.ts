import { hintFor, type Diagnostic, type Origin } from '@cos/core';
import { readStepMounts, type StepMount } from '@cos/luet';
import { failureOf, type Code } from './errors.ts';
import type { PluginOptions } from './options.ts';

// What mounts of steps ask of a build. A cache is no input: who mounts one says that the result does not depend on what it holds. A secret counts by its id.

/** A step and what stands before its command, as it is written. */
export interface MountingStep {
  /** `app/tool@1.0`. */
  readonly subject: string;
  /** `steps[1]`. */
  readonly part: string;
  readonly text: string;
  readonly origin: Origin | undefined;
}

/** Ids of the secrets that steps mount, each once, sorted. */
export function secretIds(steps: readonly string[]): readonly string[] {
  return [...new Set(steps.flatMap(readStepMounts).flatMap(({ type, id }) => (type === 'secret' && id !== undefined ? [id] : [])))].sort();
}

/** Everything that hinders to build with the mounts of a step. */
export function checkMounts({ subject, part, text, origin }: MountingStep, plugin: Pick<PluginOptions, 'builder' | 'secrets'>): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const report = (code: Code, message: string, hint?: string): void => {
    const { diagnostics } = failureOf(code, `${part} of ${subject} ${message}`, hint === undefined ? {} : { hint });
    for (const diagnostic of diagnostics) problems.push({ ...diagnostic, ...(origin?.place === undefined ? {} : { place: origin.place }), ...(origin?.notes === undefined ? {} : { notes: origin.notes }) });
  };
  const mounts = readStepMounts(text);
  if (plugin.builder === 'classic' && mounts.length > 0) report('COS_DOCKER_NO_MOUNTS', `mounts ${[...new Set(mounts.map(({ type }) => `a ${type}`))].join(' and ')}, which the classic builder of Docker cannot: "builder" is "classic".`);
  for (const mount of mounts) {
    const reason = reasonAgainst(mount);
    if (reason !== undefined) report('COS_DOCKER_MOUNT_FORM', reason);
    else if (mount.type === 'secret' && mount.id !== undefined && plugin.secrets[mount.id] === undefined) {
      const known = Object.keys(plugin.secrets);
      const declare = `Declare it in the config: dockerBuild({ secrets: { ${JSON.stringify(mount.id)}: { env: "NAME" } } }).`;
      report('COS_DOCKER_SECRET_UNKNOWN', `mounts the secret "${mount.id}", which the plugin option "secrets" does not have.`, known.length === 0 ? declare : hintFor(mount.id, known, 'secrets', declare));
    }
  }
  return problems;
}

function reasonAgainst({ type, id, from }: StepMount): string | undefined {
  if (from !== undefined) return `mounts files of ${JSON.stringify(from)}, which no fingerprint sees.`;
  if (type === 'secret') return id === undefined || id === '' ? 'mounts a secret without an id.' : undefined;
  return type === 'cache' || type === 'tmpfs' || type === 'bind' ? undefined : `has a mount of type ${JSON.stringify(type)}, of which no fingerprint knows.`;
}
