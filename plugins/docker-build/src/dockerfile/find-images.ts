import { hintFor, type Diagnostic } from '@cos/core';
import type { Code } from '../errors.ts';
import { readReference, REFERENCE_HINT } from '../reference.ts';
import { readTrigger, type Flag, type Instruction } from './instructions.ts';
import { flagPlace, placeOf, problemAt, type DockerfileModel, type DockerfileStage } from './read-dockerfile.ts';
import { expandWord } from './words.ts';
import { globalVariables } from './variables.ts';

// Which stages a build needs, and which images these start from and copy from.

export interface ImagesRequest {
  readonly model: DockerfileModel;
  /** Name or number of the stage to build; default the last one. */
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** `linux/amd64`. */
  readonly platform: string;
}

/** A name of an image in the Dockerfile. */
export interface ImageUse {
  readonly instruction: Instruction;
  /** Where the name begins and ends in the text of the instruction. */
  readonly start: number;
  readonly end: number;
  readonly to: { readonly kind: 'scratch' } | { readonly kind: 'stage'; readonly index: number } | { readonly kind: 'image'; readonly reference: string };
}

export interface FoundImages {
  /** The stages to build, in order. The last one is the result. */
  readonly stages: readonly DockerfileStage[];
  /** Every name that these stages mention. */
  readonly uses: readonly ImageUse[];
  readonly problems: readonly Diagnostic[];
}

/** What starts the name of something that cos makes: no reference of a registry can begin so. */
export const OWN = 'cos://';

/** Finds them; all problems are answered together, and stages that are not needed are not looked at. */
export function findImages(request: ImagesRequest): FoundImages {
  const finder = new Finder(request);
  return finder.find();
}

class Finder {
  readonly #request: ImagesRequest;
  readonly #variables: ReadonlyMap<string, string | undefined>;
  readonly #problems: Diagnostic[] = [];
  readonly #uses: ImageUse[] = [];
  readonly #needed = new Set<number>();

  constructor(request: ImagesRequest) {
    this.#request = request;
    this.#variables = globalVariables(request);
  }

  find(): FoundImages {
    const { model } = this.#request;
    this.#checkNames();
    const last = this.#targetStage();
    // Stages refer to earlier ones only, so that one look from the last to the first finds all.
    if (last !== undefined) this.#needed.add(last);
    for (let index = last ?? -1; index >= 0; index -= 1) if (this.#needed.has(index)) this.#lookAt(model.stages[index]);
    const order = new Map(model.form.instructions.map((instruction, index) => [instruction, index]));
    return {
      stages: model.stages.filter(({ index }) => this.#needed.has(index)),
      uses: this.#uses.sort((a, b) => (order.get(a.instruction) ?? 0) - (order.get(b.instruction) ?? 0) || a.start - b.start),
      problems: this.#problems,
    };
  }

  #checkNames(): void {
    const { model } = this.#request;
    const seen = new Set<string>();
    for (const { name, from } of model.stages) {
      if (name !== undefined && seen.has(name)) this.#problem(from, 0, from.source.text.length, 'COS_DOCKER_DOCKERFILE_SYNTAX', `Another stage is called "${name}" already.`);
      if (name !== undefined) seen.add(name);
    }
  }

  #targetStage(): number | undefined {
    const { model, target } = this.#request;
    if (target === undefined) return model.stages.length - 1;
    const named = model.stages.findIndex(({ name }) => name === target.toLowerCase());
    if (named >= 0) return named;
    if (/^\d+$/.test(target) && Number(target) < model.stages.length) return Number(target);
    const names = model.stages.flatMap(({ name }) => name ?? []);
    this.#problems.push({
      code: 'COS_DOCKER_DOCKERFILE_REFERENCE' satisfies Code,
      severity: 'error',
      message: `Expected the name of a stage of ${model.file} as target; found ${JSON.stringify(target)}.`,
      place: { file: model.file },
      hint: hintFor(target, names, 'stages', 'No stage has a name: give one by "FROM image AS name".'),
    });
    return undefined;
  }

  #lookAt(stage: DockerfileStage | undefined): void {
    if (stage === undefined) return;
    this.#from(stage);
    for (const instruction of stage.instructions) {
      for (const flag of instruction.flags) {
        if (instruction.keyword === 'COPY' && flag.name === 'from') this.#copiesFrom(stage, instruction, flag, flag.value, flag.start + '--from='.length, flag.end);
        else if (instruction.keyword === 'RUN' && flag.name === 'mount') this.#mounts(stage, instruction, flag);
      }
      this.#triggers(instruction);
    }
  }

  #from(stage: DockerfileStage): void {
    const { from, image, imageAt } = stage;
    const end = imageAt + image.length;
    const expanded = this.#expand(image);
    for (const flag of from.flags) this.#checkPlatform(from, flag);
    if (!expanded.ok) return this.#problem(from, imageAt, end, 'COS_DOCKER_DOCKERFILE_REFERENCE', `The image of this stage cannot be told: ${expanded.problem}.`, 'Declare it by ARG before the first FROM, with a default or a value in "buildArgs".');
    const name = expanded.value;
    if (name === '') return this.#problem(from, imageAt, end, 'COS_DOCKER_DOCKERFILE_REFERENCE', 'The image of this stage is empty.', 'Give the variable a default, or a value in "buildArgs".');
    if (name === 'scratch') return void this.#uses.push({ instruction: from, start: imageAt, end, to: { kind: 'scratch' } });
    this.#use(stage, from, imageAt, end, name, false);
  }

  #checkPlatform(from: Instruction, flag: Flag): void {
    const { model, platform } = this.#request;
    const place = flagPlace(model.file, from, flag);
    if (flag.name !== 'platform') return void this.#problems.push(problemAt(model, place, 'COS_DOCKER_DOCKERFILE_SYNTAX', `FROM has no flag "--${flag.name}".`, 'It has --platform only.'));
    const expanded = this.#expand(flag.value);
    if (expanded.ok && expanded.value.replace(/^(linux\/arm64)\/v8$/, '$1') === platform) return;
    const found = expanded.ok ? JSON.stringify(expanded.value) : expanded.problem;
    this.#problems.push(problemAt(model, place, 'COS_DOCKER_DOCKERFILE_REFERENCE', `Expected the platform ${platform}, for which this image is built; found ${found}.`, 'Leave the flag out: all images are of the platform of the derivative.'));
  }

  #copiesFrom(stage: DockerfileStage, instruction: Instruction, flag: Flag, name: string, start: number, end: number): void {
    const { model } = this.#request;
    if (name.includes('$')) {
      const hint = 'Start a stage from it: FROM $NAME AS files, then copy from that stage.';
      return void this.#problems.push(problemAt(model, flagPlace(model.file, instruction, flag), 'COS_DOCKER_DOCKERFILE_REFERENCE', `Builders put no variables in place in "from"; found ${JSON.stringify(name)}.`, hint));
    }
    if (/^\d+$/.test(name) && Number(name) < stage.index) return this.#useStage(instruction, start, end, Number(name));
    this.#use(stage, instruction, start, end, name, true);
  }

  /** `type=bind,from=image,source=/x,target=/y`, fields in any order. */
  #mounts(stage: DockerfileStage, instruction: Instruction, flag: Flag): void {
    const text = instruction.source.text.slice(flag.start, flag.end);
    const found = /[=,]from=([^,"'\\]*)/.exec(text);
    if (found === null) return;
    const name = found[1] ?? '';
    const start = flag.start + found.index + found[0].length - name.length;
    this.#copiesFrom(stage, instruction, flag, name, start, start + name.length);
  }

  /** What is put off is done where another image starts from this one: nobody knows then what the name meant here. */
  #triggers(instruction: Instruction): void {
    const { model } = this.#request;
    const trigger = readTrigger(instruction);
    for (const flag of trigger?.flags ?? []) {
      if (flag.name !== 'from' && !(flag.name === 'mount' && /(?:^|,)from=/.test(flag.value))) continue;
      this.#problems.push(problemAt(model, flagPlace(model.file, instruction, flag), 'COS_DOCKER_DOCKERFILE_REFERENCE', 'ONBUILD cannot name an image: it would be looked for when another image is built on this one.', 'Copy the files here.'));
    }
  }

  #use(stage: DockerfileStage, instruction: Instruction, start: number, end: number, name: string, isFlag: boolean): void {
    const { model } = this.#request;
    const earlier = model.stages.find((one) => one.name === name.toLowerCase() && one.index < stage.index);
    if (earlier !== undefined) return this.#useStage(instruction, start, end, earlier.index);
    if (name.startsWith(OWN)) return void this.#uses.push({ instruction, start, end, to: { kind: 'image', reference: name } });
    const report = (code: Code, message: string, hint: string): void => this.#problem(instruction, start, end, code, message, hint);
    if (isFlag && /^\d+$/.test(name)) return report('COS_DOCKER_DOCKERFILE_REFERENCE', `Expected an earlier stage; there is none of number ${name}.`, `This is stage ${stage.index}; stages count from 0.`);
    const reference = readReference(name);
    if (reference === undefined) return report('COS_DOCKER_REFERENCE_FORM', `Expected a stage or an image; found ${JSON.stringify(name)}.`, REFERENCE_HINT);
    const later = model.stages.find((one) => one.name === name.toLowerCase() && (isFlag || one.index > stage.index));
    if (later !== undefined) return report('COS_DOCKER_DOCKERFILE_REFERENCE', `Expected an earlier stage; "${name}" begins ${later === stage ? 'here' : 'later'}.`, `Write ${name}:latest for the image of a registry.`);
    // A word alone that is nearly the name of a stage is that stage misspelt, not an image of that name.
    const near = isFlag && !/[/:@]/.test(name) ? hintFor(name, model.stages.flatMap((one) => one.name ?? []), 'stages', '') : '';
    if (near.startsWith('Did you mean')) return report('COS_DOCKER_DOCKERFILE_REFERENCE', `Expected a stage or an image; no stage is called "${name}".`, `${near} Write ${name}:latest for the image of a registry.`);
    this.#uses.push({ instruction, start, end, to: { kind: 'image', reference: name } });
  }

  #useStage(instruction: Instruction, start: number, end: number, index: number): void {
    this.#needed.add(index);
    this.#uses.push({ instruction, start, end, to: { kind: 'stage', index } });
  }

  #expand(word: string): ReturnType<typeof expandWord> {
    return expandWord(word, { variables: this.#variables, escape: this.#request.model.form.escape });
  }

  #problem({ source }: Instruction, start: number, end: number, code: Code, message: string, hint?: string): void {
    const { model } = this.#request;
    this.#problems.push(problemAt(model, placeOf(model.file, source, start, end), code, message, hint));
  }
}
