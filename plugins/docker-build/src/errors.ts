import { CosError, type Diagnostic } from '@cos/core';

// What can go wrong in this plugin, in one table. A code is `COS_DOCKER_` and the key; the hint says what to do.

export const hints = {
  NO_ENGINE: 'install an engine ("apt install docker.io" or "apt install podman") and start it ("systemctl start docker"), or set DOCKER_HOST',
  ENGINE_UNREACHABLE: 'start the engine ("systemctl start docker"), or set DOCKER_HOST to where it listens',
  ENGINE_FORBIDDEN: 'add yourself to the group of the socket ("sudo usermod -aG docker $USER", then log in again), or use a rootless engine',
  ENGINE_FAILED: 'read the engine\'s own log ("journalctl -u docker"); a full disk and a restarted engine are the usual causes',
  ENDPOINT_FORM: 'write "unix:///path/to/socket" or "tcp://host:port"; for an engine behind SSH forward its socket with "ssh -L"',
  CONTEXT_UNKNOWN: 'list the contexts with "docker context ls", or unset DOCKER_CONTEXT',
  RECIPE_FORM: 'the recipe is made by the stage "render" of the template plugin; give its output to the input "recipe"',
  COPY_UNKNOWN: 'give one image for each item of "copy" to the input "copies", in the same order',
  DOCKERFILE_SYNTAX: 'a command of several lines needs a backslash at the end of each line but the last',
  STEP_FAILED: 'the whole output is in the task\'s log file; to try by hand, start a container of the image that the step began with',
  BUILD_FAILED: 'the whole output is in the task\'s log file',
  CONTEXT_TOO_LARGE: 'list what is not needed in a .dockerignore file of the package folder',
  IMAGE_GONE: 'run again: the engine has lost an image while the task was running',
  IMAGE_CORRUPT: 'remove the image and run again; the engine\'s storage may be damaged',
  ROOTFS_FORM: 'give a tar archive (plain, gzip or zstd) of a root filesystem',
  SHA256_MISMATCH: 'download the archive again, or correct the option "sha256" after checking where the archive comes from',
  REFERENCE_FORM: 'pin the image by digest: name@sha256:<64 hex digits>; the pin "digest" finds it',
  REGISTRY_FAILED: 'check the reference, the network and the credentials of the registry ("docker login")',
  BOOTSTRAP_FAILED: 'the whole output is in the task\'s log file',
  BOOTSTRAP_RIGHTS: 'run as root, or allow user namespaces ("apt install uidmap" and lines for you in /etc/subuid and /etc/subgid)',
} as const satisfies Readonly<Record<string, string>>;

export type Code = keyof typeof hints;

export type FailDetails = Partial<Pick<Diagnostic, 'notes' | 'output' | 'hint' | 'place' | 'source'>> & { readonly cause?: unknown };

/** Throws a failure with a code of the table. */
export function fail(code: Code, message: string, details: FailDetails = {}): never {
  throw failureOf(code, message, details);
}

export function failureOf(code: Code, message: string, details: FailDetails = {}): CosError {
  const { cause, ...rest } = details;
  return new CosError({ code: `COS_DOCKER_${code}`, severity: 'error', message, hint: hints[code], ...rest }, cause === undefined ? {} : { cause });
}
