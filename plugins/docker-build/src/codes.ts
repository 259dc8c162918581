// Codes of this plugin with their meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_DOCKER_NO_ENGINE: 'No container engine is to be found on this host.',
  COS_DOCKER_ENGINE_UNREACHABLE: 'The container engine does not answer at its address.',
  COS_DOCKER_ENGINE_FORBIDDEN: 'The user may not use the socket of the container engine.',
  COS_DOCKER_ENGINE_FAILED: 'The container engine broke off a request or answered something unexpected.',
  COS_DOCKER_ENDPOINT_FORM: 'The address of the container engine is not of a form that can be used.',
  COS_DOCKER_CONTEXT_UNKNOWN: 'The context of the docker program cannot be read.',
  COS_DOCKER_RECIPE_FORM: 'The input `recipe` is not a package recipe of a known format.',
  COS_DOCKER_COPY_UNKNOWN: 'An item of `copy` has no image among the inputs.',
  COS_DOCKER_DOCKERFILE_SYNTAX: 'An item of a recipe does not make a Dockerfile that the engine can read.',
  COS_DOCKER_STEP_FAILED: 'A command of a recipe ended with an exit status other than 0.',
  COS_DOCKER_BUILD_FAILED: 'The engine could not build an image, for another reason than a failing command.',
  COS_DOCKER_IMAGE_GONE: 'An image that a task reads is not in the engine any more.',
  COS_DOCKER_IMAGE_CORRUPT: 'What the engine saved of an image does not agree with the digests that it states.',
  COS_DOCKER_TMP_FULL: 'The folder for temporary files is full.',
  COS_DOCKER_ROOTFS_FORM: 'A root file system is not a tar archive that can be read.',
  COS_DOCKER_SHA256_MISMATCH: 'An archive does not have the SHA-256 that the config states.',
  COS_DOCKER_REFERENCE_FORM: 'A reference of an image is not well formed, or is not pinned by digest.',
  COS_DOCKER_REGISTRY_FAILED: 'A registry does not know a reference, refuses it or does not answer.',
  COS_DOCKER_BOOTSTRAP_FAILED: 'The base system was bootstrapped, but lacks what was asked for.',
  COS_DOCKER_BOOTSTRAP_RIGHTS: 'The user has neither root nor user namespaces, one of which bootstrapping needs.',
} as const;
