// The two Dockerfiles that luet (0.32 and later) writes for a package, byte for byte: they are part of the build context and thereby of the images, so a
// blank more or less is another image. An empty line first, no line end after the last one. Values are inserted verbatim, without any escaping.

import type { BuildSpec } from '../package/build-spec.ts';
import type { Identity } from '../package/identity.ts';

/** What a Dockerfile is made of, beside who the package is. */
export interface DockerfileSpec extends Pick<BuildSpec, 'retrieve' | 'env' | 'prelude' | 'steps'> {
  readonly copy: readonly { readonly source: string; readonly destination: string }[];
}

export interface DockerfileInput {
  readonly package: Identity;
  readonly spec: DockerfileSpec;
  /** Reference of the image below the builder image. */
  readonly base: string;
  /** Reference of the builder image, below the package image. */
  readonly builder: string;
  /** Where the files of each item of `copy` come from; undefined leaves the item out, as luet does without a version. */
  readonly copies: readonly (string | undefined)[];
}

export interface Dockerfiles {
  /** Base, context, environment, prelude. */
  readonly builder: string;
  /** Builder image, context, environment, steps. */
  readonly package: string;
}

export interface Dockerfile {
  readonly text: string;
  /** The instructions in the order in which a builder counts them. */
  readonly instructions: readonly DockerfileInstruction[];
}

export interface DockerfileInstruction {
  readonly text: string;
  /** First line in the Dockerfile, counted from 1. */
  readonly line: number;
  /** The item of the recipe that it stands for; undefined for the frame that every package gets. */
  readonly origin: { readonly list: 'prelude' | 'steps' | 'env' | 'copy' | 'retrieve'; readonly index: number } | undefined;
}

export interface DockerfileParts {
  readonly package: Identity;
  readonly spec: DockerfileSpec;
  /** Reference of the image that it starts from. */
  readonly from: string;
  /** As in {@link DockerfileInput}. */
  readonly copies: readonly (string | undefined)[];
}

/** The texts of both. */
export function formatDockerfiles({ base, builder, ...input }: DockerfileInput): Dockerfiles {
  return { builder: formatBuilderDockerfile({ ...input, from: base }).text, package: formatPackageDockerfile({ ...input, from: builder }).text };
}

/** Dockerfile of the builder image: base, context, environment, prelude. */
export function formatBuilderDockerfile(parts: DockerfileParts): Dockerfile {
  return format(parts, 'prelude');
}

/** Dockerfile of the package image: builder image, context, environment, steps. */
export function formatPackageDockerfile(parts: DockerfileParts): Dockerfile {
  return format(parts, 'steps');
}

function format({ package: one, spec, from, copies }: DockerfileParts, commands: 'prelude' | 'steps'): Dockerfile {
  const lines = [''];
  const instructions: DockerfileInstruction[] = [];
  let line = 2;
  const add = (text: string, origin?: DockerfileInstruction['origin']): void => {
    instructions.push({ text, line, origin });
    write(text);
  };
  const write = (text: string): void => {
    lines.push(text);
    line += text.split('\n').length;
  };
  add(`FROM ${from}`);
  add('COPY . /luetbuild');
  add('WORKDIR /luetbuild');
  add(`ENV PACKAGE_NAME=${one.name}`);
  add(`ENV PACKAGE_VERSION=${one.version}`);
  add(`ENV PACKAGE_CATEGORY=${one.category}`);
  for (const [index, entry] of spec.retrieve.entries()) add(`ADD ${entry} /luetbuild/`, { list: 'retrieve', index });
  for (const [index, { source, destination }] of spec.copy.entries()) {
    const origin = copies[index];
    if (origin === undefined) continue;
    add(`COPY --from=${origin} ${source} ${destination}`, { list: 'copy', index });
    write('');
  }
  for (const [index, entry] of spec.env.entries()) add(`ENV ${entry}`, { list: 'env', index });
  for (const [index, command] of spec[commands].entries()) add(`RUN ${command}`, { list: commands, index });
  return { text: lines.join('\n'), instructions };
}
