import { fieldsOf, textOf, textsOf } from './json-answer.ts';

/** What of an image's configuration influences commands that run in it and Dockerfiles that start from it. */
export interface ImageConfig {
  readonly user: string;
  readonly folder: string;
  /** `NAME=value`, sorted. */
  readonly env: readonly string[];
  /** Empty: the usual one. */
  readonly shell: readonly string[];
  /** Instructions that are done where a Dockerfile starts from it. */
  readonly onBuild: readonly string[];
  /** Folders whose changes are thrown away, sorted. */
  readonly volumes: readonly string[];
}

/** Format: the object `config` of the OCI image configuration with Docker's additions. */
export function readImageConfig(answer: unknown): ImageConfig {
  const config = fieldsOf(answer);
  return {
    user: textOf(config.get('User')),
    folder: textOf(config.get('WorkingDir')),
    env: withPath(textsOf(config.get('Env'))).toSorted(byCodeUnit),
    shell: textsOf(config.get('Shell')),
    onBuild: textsOf(config.get('OnBuild')),
    volumes: [...fieldsOf(config.get('Volumes')).keys()].toSorted(byCodeUnit),
  };
}

/** Commands always have the variable; BuildKit writes it down, the others do not. */
function withPath(env: readonly string[]): readonly string[] {
  return env.some((line) => line.startsWith('PATH=')) ? env : [...env, 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
