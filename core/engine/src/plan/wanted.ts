import { at } from '../errors/place.ts';
import { quote } from '../errors/schema-failures.ts';
import type { ArtifactKind } from '../model/artifact.ts';
import type { WantedOutput } from '../model/plan.ts';
import { workspacePath } from '../model/workspace-path.ts';
import type { Draft } from './draft.ts';

/** A wanted output with the target that wants it, for messages. */
export interface Wish extends WantedOutput {
  readonly target: string;
  readonly external: boolean;
}

/** Reads what a target's `plan` returned: a list of references, or references by the path where they are published, and lists among those. */
export function readWanted(draft: Draft, target: string, site: string | undefined, kindOf: (name: string) => ArtifactKind | undefined, result: unknown): readonly Wish[] {
  const problem = (message: string, hint?: string) => draft.report({ code: 'COS_PLAN_RESULT', severity: 'error', message, ...at(site), ...(hint === undefined ? {} : { hint }) });
  if (typeof result !== 'object' || result === null) {
    problem(`Expected references as result of target "${target}"; found ${quote(result)}.`, 'Return a list of references, or references by path: { "sample.iso": iso }.');
    return [];
  }
  const isList = Array.isArray(result);
  const items = Object.entries<unknown>({ ...result }).flatMap(([name, value]) => (!isList && Array.isArray(value) ? value.map((ref: unknown, index) => ({ name: `${name}[${index}]`, ref, isNamed: false })) : [{ name, ref: value, isNamed: !isList }]));
  return items.flatMap(({ name, ref, isNamed }): readonly Wish[] => {
    const where = isList ? `number ${name} of the list` : `"${name}"`;
    if (!draft.owns(ref)) {
      problem(`Expected a reference as ${where} of the result of target "${target}"; found ${typeof ref === 'object' && ref !== null ? 'something else' : quote(ref)}.`, 'A stage call gives its outputs by name: return use.iso.image({...}).iso, not use.iso.image({...}).');
      return [];
    }
    if (ref.producer === undefined) {
      problem(`Expected the output of a task as ${where} of the result of target "${target}"; found the source "${ref.output}".`, 'A source is there already; let a stage make something of it.');
      return [];
    }
    const external = kindOf(ref.kind)?.storage === 'external';
    if (!isNamed) return [{ path: undefined, task: ref.producer, output: ref.output, target, external }];
    const path = checkPath(draft, target, name, site);
    if (path === undefined) return [];
    if (external) {
      problem(`"${name}" of target "${target}" is ${ref.kind}, which has no bytes of its own to publish.`, 'Return it in a list, or let a stage export it to a file.');
      return [];
    }
    return [{ path, task: ref.producer, output: ref.output, target, external }];
  });
}

function checkPath(draft: Draft, target: string, name: string, site: string | undefined): string | undefined {
  const path = workspacePath(name);
  // oxlint-disable-next-line no-control-regex
  const isPortable = path !== undefined && path !== '.' && path.length <= 512 && !/[\u0000-\u001f\u007f*?"<>|]/.test(path) && path.split('/').every((part) => part.length <= 200);
  if (isPortable && path === name.replace(/\/$/, '')) return path;
  draft.report({
    code: 'COS_PLAN_OUTPUT_PATH',
    severity: 'error',
    message: `Expected a path below "${draft.config.outDir}" as name of an output of target "${target}"; found ${quote(name)}.`,
    ...at(site),
    hint: `Write for example "iso/sample.iso": it appears as ${draft.config.outDir}/iso/sample.iso. Names have at most 200 characters, and none of * ? " < > |.`,
  });
  return undefined;
}
