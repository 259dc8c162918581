import { hintFor, type Diagnostic, type Place } from '@cos/core';
import type { Code } from '../errors.ts';
import { keywords, readInstructions, type Flag, type Instruction, type Instructions } from './instructions.ts';
import type { LogicalLine } from './logical-lines.ts';

// A Dockerfile as its stages, with every name of an image that it mentions. Only what decides over images and files is understood; everything else is the
// engine's business.

export interface DockerfileText {
  /** For messages: relative to the workspace. */
  readonly file: string;
  readonly text: string;
}

export interface DockerfileModel extends DockerfileText {
  readonly form: Instructions;
  /** ARG instructions before the first stage. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly DockerfileStage[];
}

export interface DockerfileStage {
  readonly index: number;
  /** Lower case; undefined without AS. */
  readonly name: string | undefined;
  readonly from: Instruction;
  /** As written: variables are not in place. */
  readonly image: string;
  /** Index of `image` in the text of the instruction. */
  readonly imageAt: number;
  /** What follows FROM. */
  readonly instructions: readonly Instruction[];
}

export interface ReadDockerfile {
  /** Undefined when something is wrong. */
  readonly model: DockerfileModel | undefined;
  readonly problems: readonly Diagnostic[];
}

/** Takes a Dockerfile apart; all problems of its form are answered together. */
export function readDockerfile({ file, text }: DockerfileText): ReadDockerfile {
  const form = readInstructions(text);
  const problems: Diagnostic[] = form.problems.map(({ message, ...place }) => problemAt({ file, text }, { file, ...place }, 'COS_DOCKER_DOCKERFILE_SYNTAX', message));
  const report = (source: LogicalLine, start: number, end: number, message: string, hint?: string): void =>
    void problems.push(problemAt({ file, text }, placeOf(file, source, start, end), 'COS_DOCKER_DOCKERFILE_SYNTAX', message, hint));
  for (const { word, source } of form.unknown) {
    report(source, 0, word.length, `Expected an instruction; found ${JSON.stringify(word)}.`, hintFor(word.toUpperCase(), keywords, 'instructions'));
  }
  const globals: Instruction[] = [];
  const stages: (DockerfileStage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of form.instructions) {
    const stage = stages.at(-1);
    if (instruction.keyword === 'FROM') {
      const begun = readFrom(instruction, stages.length);
      if (typeof begun === 'string') report(instruction.source, 0, instruction.source.text.length, begun, 'Write FROM image, or FROM image AS name.');
      else stages.push({ ...begun, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === 'ARG') globals.push(instruction);
    // A FROM that cannot be read is told; what belongs to it is no second problem.
    else if (problems.length === 0) report(instruction.source, 0, instruction.keyword.length, `Expected FROM before ${instruction.keyword}: only ARG may stand before the first stage.`);
  }
  if (stages.length === 0 && problems.length === 0) {
    problems.push({ code: 'COS_DOCKER_DOCKERFILE_SYNTAX' satisfies Code, severity: 'error', message: 'Expected a Dockerfile with at least one FROM; it has none.', place: { file }, source: text });
  }
  return { model: problems.length > 0 ? undefined : { file, text, form, globals, stages }, problems };
}

/** Reports something at a place; the text comes along, so that the lines shown are those that were read. */
export function problemAt({ text }: DockerfileText, place: Place, code: Code, message: string, hint?: string): Diagnostic {
  return { code, severity: 'error', message, place, source: text, ...(hint === undefined ? {} : { hint }) };
}

/** The place of a part of an instruction: what goes over several lines is marked on its first one. */
export function placeOf(file: string, source: LogicalLine, start: number, end: number): Place {
  const first = source.placeAt(start);
  const last = source.placeAt(Math.max(start, end - 1));
  return { file, ...first, length: first.line === last.line ? last.column - first.column + 1 : 1 };
}

export function flagPlace(file: string, { source }: Instruction, flag: Flag): Place {
  return placeOf(file, source, flag.start, flag.end);
}

/** A stage, or what is wrong with its FROM. */
function readFrom(from: Instruction, index: number): Omit<DockerfileStage, 'instructions'> | string {
  const words = [...from.rest.matchAll(/\S+/g)];
  const [image, as, name] = words.map((word) => word[0]);
  if (image === undefined || (words.length !== 1 && words.length !== 3)) return `Expected FROM with an image, or with an image, AS and a name; found ${words.length} words.`;
  if (as !== undefined && as.toUpperCase() !== 'AS') return `Expected AS behind the image; found ${JSON.stringify(as)}.`;
  if (name !== undefined && !/^[a-z][a-z0-9._-]*$/i.test(name)) return `Expected a letter, then letters, digits, "-", "_" and "." as name of a stage; found ${JSON.stringify(name)}.`;
  return { index, name: name?.toLowerCase(), from, image, imageAt: from.restAt + (words[0]?.index ?? 0) };
}
