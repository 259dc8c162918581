import type { BuildStep } from '../engine/build-image.ts';
import type { FoundImages, ImageUse } from './find-images.ts';
import type { Instruction } from './instructions.ts';
import { placeOf, type DockerfileModel } from './read-dockerfile.ts';

export interface RewriteRequest extends Pick<FoundImages, 'stages' | 'uses'> {
  readonly model: DockerfileModel;
  /** The name in the engine of what the Dockerfile calls `reference`. */
  readonly nameOf: (reference: string) => string;
}

export interface RewrittenDockerfile {
  readonly text: string;
  /** The instructions that are left, as the user wrote them and where. */
  readonly steps: readonly BuildStep[];
}

/**
 * The Dockerfile that an engine gets: every name of an image is one that the engine has, so that it never looks for one in a registry; stages that are not
 * needed are left out, and so is the directive `syntax`, which names an image, too. Every line keeps its number.
 */
export function rewriteDockerfile({ model, stages, uses, nameOf }: RewriteRequest): RewrittenDockerfile {
  const lines = model.text.replace(/^\uFEFF/, '').split('\n');
  const clear = (first: number, last: number): void => void lines.fill('', first - 1, last);
  const [firstDirective, ...directives] = model.form.directives;
  for (const line of directives) lines[line - 1] = '#';
  if (firstDirective !== undefined) lines[firstDirective - 1] = `# escape=${model.form.escape}`;
  const kept = new Set(stages.map(({ index }) => index));
  for (const { index, from, instructions } of model.stages) {
    if (!kept.has(index)) clear(from.source.line, (instructions.at(-1) ?? from).source.lastLine);
  }
  const usesOf = Map.groupBy(uses, ({ instruction }) => instruction);
  for (const [instruction, own] of usesOf) {
    const { source } = instruction;
    clear(source.line, source.headLine);
    lines[source.line - 1] = rewriteInstruction(instruction, own, (use) => nameFor(use, { stages, nameOf }));
  }
  const instructions = [...model.globals, ...stages.flatMap(({ from, instructions: own }) => [from, ...own])];
  return { text: lines.join('\n'), steps: instructions.map(({ source }) => ({ text: source.text, line: source.line, place: placeOf(model.file, source, 0, source.text.length) })) };
}

function nameFor({ to }: ImageUse, { stages, nameOf }: Pick<RewriteRequest, 'stages' | 'nameOf'>): string {
  switch (to.kind) {
    case 'scratch':
      return 'scratch';
    case 'image':
      return nameOf(to.reference);
    case 'stage': {
      // Numbers of stages count those that are left.
      const position = stages.findIndex(({ index }) => index === to.index);
      return stages[position]?.name ?? String(position);
    }
    default: {
      const never: never = to;
      return never;
    }
  }
}

/** In one line, with the names in place; `--platform` goes, because the image says what it is for. */
function rewriteInstruction(instruction: Instruction, uses: readonly ImageUse[], nameOf: (use: ImageUse) => string): string {
  const platforms = instruction.keyword === 'FROM' ? instruction.flags.map(({ start, end }) => ({ start, end, text: '' })) : [];
  const changes = [...platforms, ...uses.map((use) => ({ start: use.start, end: use.end, text: nameOf(use) }))].sort((a, b) => b.start - a.start);
  return changes.reduce((text, { start, end, text: replacement }) => text.slice(0, start) + replacement + text.slice(end), instruction.source.text);
}
