import type { Recipe } from './recipe.ts';

// The two Dockerfiles of a package, byte for byte as luet writes them: they are part of the build context and thereby of the images, so a blank more or
// less is another image. Values are inserted verbatim, without any escaping.

export interface Dockerfile {
  readonly text: string;
  /** The instructions in the order in which the engine counts them. */
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  readonly text: string;
  /** First line in the Dockerfile, counted from 1. */
  readonly line: number;
  /** The item of the recipe that it stands for; undefined for the frame that every package gets. */
  readonly origin: { readonly list: 'prelude' | 'steps' | 'env' | 'copy' | 'retrieve'; readonly index: number } | undefined;
}

export interface DockerfileParts {
  readonly recipe: Recipe;
  /** Name of the image that it starts from. */
  readonly from: string;
  /** Names of the images that files are copied from: one for each item of the recipe's `copy`. */
  readonly copies: readonly string[];
}

/** Dockerfile of the builder image: base, context, environment, prelude. */
export function formatBuilderDockerfile(parts: DockerfileParts): Dockerfile {
  return format(parts, 'prelude');
}

/** Dockerfile of the package image: builder image, context, environment, steps. */
export function formatPackageDockerfile(parts: DockerfileParts): Dockerfile {
  return format(parts, 'steps');
}

/** Format: luet, as of 0.32. An empty line first, no line end after the last. */
function format({ recipe, from, copies }: DockerfileParts, commands: 'prelude' | 'steps'): Dockerfile {
  const lines = [''];
  const instructions: Instruction[] = [];
  const add = (text: string, origin?: Instruction['origin']): void => {
    instructions.push({ text, line: lines.join('\n').split('\n').length + 1, origin });
    lines.push(text);
  };
  add(`FROM ${from}`);
  add('COPY . /luetbuild');
  add('WORKDIR /luetbuild');
  add(`ENV PACKAGE_NAME=${recipe.name}`);
  add(`ENV PACKAGE_VERSION=${recipe.version}`);
  add(`ENV PACKAGE_CATEGORY=${recipe.category}`);
  recipe.retrieve.forEach((entry, index) => add(`ADD ${entry} /luetbuild/`, { list: 'retrieve', index }));
  recipe.copy.forEach(({ source, destination }, index) => {
    add(`COPY --from=${copies[index] ?? ''} ${source} ${destination}`, { list: 'copy', index });
    lines.push('');
  });
  recipe.env.forEach((entry, index) => add(`ENV ${entry}`, { list: 'env', index }));
  recipe[commands].forEach((command, index) => add(`RUN ${command}`, { list: commands, index }));
  return { text: lines.join('\n'), instructions };
}
