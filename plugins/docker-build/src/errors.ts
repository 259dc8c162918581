import { CosError, type Diagnostic } from '@cos/core';
import type { codes } from './codes.ts';

// How failures of this plugin are made: every code has one hint that says what to do.

export type Code = keyof typeof codes;

export type FailDetails = Partial<Pick<Diagnostic, 'notes' | 'output' | 'hint' | 'place' | 'source' | 'part'>> & { readonly cause?: unknown };

/** Throws a failure. */
export function fail(code: Code, message: string, details: FailDetails = {}): never {
  throw failureOf(code, message, details);
}

export function failureOf(code: Code, message: string, details: FailDetails = {}): CosError {
  const { cause, ...rest } = details;
  return new CosError({ code, severity: 'error', message, hint: hints[code], ...rest }, cause === undefined ? {} : { cause });
}

const LOG = 'The whole output is in the log file of the task.';

const hints: Readonly<Record<Code, string>> = {
  COS_DOCKER_NO_ENGINE: 'Install an engine ("apt install docker.io" or "apt install podman") and start it ("systemctl start docker"), or set DOCKER_HOST.',
  COS_DOCKER_ENGINE_UNREACHABLE: 'Start the engine ("systemctl start docker"), or set DOCKER_HOST to where it listens.',
  COS_DOCKER_ENGINE_FORBIDDEN: 'Join the group of the socket ("sudo usermod -aG docker $USER", then log in again), or use a rootless engine.',
  COS_DOCKER_ENGINE_FAILED: 'Read the log of the engine ("journalctl -u docker"); a full disk and a restarted engine are the usual causes.',
  COS_DOCKER_TLS: 'Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem that the engine knows and that have not expired; "docker version" tells whether they do.',
  COS_DOCKER_NO_BUILDKIT: 'Leave the plugin option "builder" out, or use Docker.',
  COS_DOCKER_NO_MOUNTS: 'Leave the plugin option "builder" out, or set it to "buildkit".',
  COS_DOCKER_MOUNT_FORM: 'Mount a cache, a secret or a tmpfs; files of other images are copied by "copy".',
  COS_DOCKER_SECRET_UNKNOWN: 'Declare it in the plugin option "secrets": dockerBuild({ secrets: { id: { env: "NAME" } } }).',
  COS_DOCKER_ENDPOINT_FORM: 'Write "unix:///path/to/socket" or "tcp://host:port"; forward the socket of an engine behind SSH with "ssh -L".',
  COS_DOCKER_CONTEXT_UNKNOWN: 'List the contexts with "docker context ls", or unset DOCKER_CONTEXT.',
  COS_DOCKER_RECIPE_FORM: 'Give the output of the template plugin\'s stage "render" to the input "recipe".',
  COS_DOCKER_COPY_UNKNOWN: 'Give one image for each item of "copy" to the input "copies", in the same order.',
  COS_DOCKER_DOCKERFILE_SYNTAX: 'End each line of a command but its last one with a backslash.',
  COS_DOCKER_DOCKERFILE_REFERENCE: 'Name an earlier stage, an image of a registry, or something that cos makes: cos://base, cos://package/…, cos://derivative/….',
  COS_DOCKER_DOCKERFILE_COPY: 'Paths are relative to the context; what .dockerignore names is left out.',
  COS_DOCKER_DOCKERFILE_NETWORK: 'Keep the file in the context, or give steps a network by the plugin option "network".',
  COS_DOCKER_DOCKERFILE_ARGUMENT: 'Declare it by ARG, or take it out of "buildArgs".',
  COS_DOCKER_DOCKERFILE_CHANGED: 'Run again.',
  COS_DOCKER_ONBUILD: 'Start from an image without ONBUILD, and write what is needed into your Dockerfile.',
  COS_DOCKER_STEP_FAILED: `${LOG} Steps have no network unless the plugin option "network" gives them one.`,
  COS_DOCKER_BUILD_FAILED: LOG,
  COS_DOCKER_IMAGE_GONE: 'Run again; the engine lost the image while the task was running ("docker image prune"?).',
  COS_DOCKER_LOCAL_IMAGE: 'Bring the image back ("docker load", "docker tag"); or remove its line from cos.lock to take what the engine has now under that name.',
  COS_DOCKER_IMAGE_CORRUPT: 'Remove the image and run again; the storage of the engine may be damaged.',
  COS_DOCKER_TMP_FULL: 'Make room there, or set the plugin option "tmpdir" to a folder on a larger disk.',
  COS_DOCKER_ROOTFS_FORM: 'Give a tar archive (plain, gzip or zstd) of a root file system.',
  COS_DOCKER_ATTRIBUTES_UNUSED: 'Correct the paths: they begin with "/", and end with one only to mean a folder and everything in it.',
  COS_DOCKER_SHA256_MISMATCH: 'Download the archive again, or correct the option "sha256" after checking where the archive comes from.',
  COS_DOCKER_REFERENCE_FORM: 'Write name@sha256:<64 hex digits>; the pin "digest" finds the digest of a name with a tag.',
  COS_DOCKER_REGISTRY_FAILED: 'Check the reference, the network and the credentials for the registry ("docker login").',
  COS_DOCKER_PUSH_FAILED: 'What was built is in the engine: run again to push it. Check the registry, the network and the credentials ("docker login").',
  COS_DOCKER_CACHE_NOWHERE: 'Name a repository, or set the plugin option "cache".',
  COS_DOCKER_MIRROR_UNREACHABLE: 'Check the network and the proxies (http_proxy, https_proxy), or name another mirror in "mirrors".',
  COS_DOCKER_SUITE_UNKNOWN: 'Correct "suite" and "components"; suites that are not supported any more have moved to another mirror (archive.debian.org, old-releases.ubuntu.com).',
  COS_DOCKER_MIRROR_UNTRUSTED: 'Install the keys ("apt install debian-archive-keyring" or "ubuntu-keyring") or name a file with them in "keyrings". A mirror that stands still, such as a snapshot, needs a line of its own: "deb [check-valid-until=no] URL SUITE main".',
  COS_DOCKER_PACKAGE_UNKNOWN: 'Correct "packages" and "pool"; a package may be in another component.',
  COS_DOCKER_KEYRING_FORM: 'Export the keys with "gpg --export KEY > keys/mirror.gpg".',
  COS_DOCKER_BASE_CHANGED: 'Take what the mirrors have: "cos lock --update NAME" with the name that cos.lock has for the base. Or build of the old packages: name a mirror in "mirrors" that still has them, such as a snapshot of the day that cos.lock says.',
  COS_DOCKER_BOOTSTRAP_FOREIGN: 'Install an emulator ("apt install qemu-user-static binfmt-support arch-test"), or build on a host with that processor.',
  COS_DOCKER_BOOTSTRAP_FAILED: LOG,
  COS_DOCKER_UNTRUSTED: 'Ask who publishes the image; the plugin option "trust" says whose signature counts.',
  COS_DOCKER_UNPACK_REQUEST: 'See `cos unpack --help`.',
  COS_DOCKER_UNPACK_FAILED: 'Check the name of the image, where it is, and the space of the target.',
  COS_DOCKER_TOOLCHAIN: 'Use an engine of this host; its containers need /bin/sh and /bin/cat, and the folders of the workspace.',
  COS_DOCKER_BOOTSTRAP_RIGHTS: 'Run as root, or allow user namespaces ("apt install uidmap" and lines for the user in /etc/subuid and /etc/subgid).',
};
