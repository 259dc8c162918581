// The two Dockerfiles that luet (0.32 and later) writes for a package, byte for byte: they are part of the build context. An empty
// line first, no line end after the last one. Values are inserted verbatim, without any escaping.

import type { BuildSpec } from '../package/build-spec.ts';
import type { Identity } from '../package/identity.ts';

export interface DockerfileInput {
  readonly package: Identity;
  readonly spec: Pick<BuildSpec, 'retrieve' | 'copy' | 'env' | 'prelude' | 'steps'>;
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

export function formatDockerfiles(input: DockerfileInput): Dockerfiles {
  return {
    builder: format(input, input.base, input.spec.prelude),
    package: format(input, input.builder, input.spec.steps),
  };
}

function format({ package: one, spec, copies }: DockerfileInput, from: string, commands: readonly string[]): string {
  return [
    '',
    `FROM ${from}`,
    'COPY . /luetbuild',
    'WORKDIR /luetbuild',
    `ENV PACKAGE_NAME=${one.name}`,
    `ENV PACKAGE_VERSION=${one.version}`,
    `ENV PACKAGE_CATEGORY=${one.category}`,
    ...spec.retrieve.map((entry) => `ADD ${entry} /luetbuild/`),
    ...spec.copy.flatMap(({ source, destination }, index) => {
      const origin = copies[index];
      return origin === undefined ? [] : [`COPY --from=${origin} ${source} ${destination}`, ''];
    }),
    ...spec.env.map((entry) => `ENV ${entry}`),
    ...commands.map((command) => `RUN ${command}`),
  ].join('\n');
}
