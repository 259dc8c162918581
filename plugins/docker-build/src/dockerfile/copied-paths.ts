import { readJsonForm, type Instruction } from './instructions.ts';
import type { DockerfileStage } from './read-dockerfile.ts';

/** A path of the context that an instruction reads. */
export interface CopiedPath {
  readonly instruction: Instruction;
  /** Relative to the context, without `.` and `..`; empty for the context itself. Parts may hold wildcards or variables. */
  readonly parts: readonly string[];
  /** As written. */
  readonly text: string;
}

/** A file that the engine downloads by itself. */
export interface Download {
  readonly instruction: Instruction;
  readonly url: string;
}

/** What COPY, ADD and RUN --mount of stages read of the context, and what ADD downloads. */
export function findCopiedPaths(stages: readonly DockerfileStage[]): { readonly paths: readonly CopiedPath[]; readonly downloads: readonly Download[] } {
  const paths: CopiedPath[] = [];
  const downloads: Download[] = [];
  for (const instruction of stages.flatMap((stage) => stage.instructions)) {
    if (instruction.keyword === 'RUN') {
      for (const { name, value } of instruction.flags) if (name === 'mount') paths.push(...mountedPath(instruction, value));
    } else if (instruction.keyword === 'ADD' || (instruction.keyword === 'COPY' && !instruction.flags.some(({ name }) => name === 'from'))) {
      for (const text of sourcesOf(instruction)) {
        if (instruction.keyword === 'ADD' && REMOTE.test(text)) downloads.push({ instruction, url: text });
        // A variable alone may hold an address; what cannot be told is no reason to leave files out.
        else paths.push({ instruction, parts: partsOf(text), text });
      }
    }
  }
  return { paths, downloads };
}

const REMOTE = /^(?:https?:\/\/|git:\/\/|git@)|\.git(?:#|$)/;
const HEREDOC = /^\d*<<-?[^<]+$/;

function sourcesOf({ rest }: Instruction): readonly string[] {
  const words = readJsonForm(rest) ?? rest.split(/\s+/);
  return words.slice(0, -1).filter((word) => !HEREDOC.test(word));
}

/** A bind mount reads the context unless it names an image or a stage; other types hold no files of it. */
function mountedPath(instruction: Instruction, value: string): readonly CopiedPath[] {
  const fields = new Map(value.split(',').map((field) => [field.split('=')[0] ?? '', field.slice(field.indexOf('=') + 1)]));
  if ((fields.get('type') ?? 'bind') !== 'bind' || fields.has('from')) return [];
  const text = fields.get('source') ?? fields.get('src') ?? '/';
  return [{ instruction, parts: partsOf(text), text }];
}

function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    // Builders stop at the top of the context.
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
}
