/** Flags of `luet build` that `cos build` does not have under that name, and what to do instead. */
export const luetFlags: Readonly<Record<string, string>> = {
  'only-target-package': 'Write --only-target.',
  concurrency: 'Write --jobs: cos builds all packages of a request as one graph.',
  'live-output': 'Write --verbose: the output of steps is always in .cos/logs, and live in a terminal.',
  'no-spinner': 'Write --reporter plain.',
  output: 'Write --reporter json: one event a line, the summary last.',
  backend: 'cos speaks to the engine of DOCKER_HOST: Docker, or Podman by its socket.',
  'backend-args': 'Write dockerBuild({ backendArgs: ["--label=a=b"] }) in the config; --rebuild stands for --no-cache, and networks and build arguments are options of that plugin, too.',
  a: 'Write dockerBuild({ backendArgs: ["--label=a=b"] }) in the config; --rebuild stands for --no-cache, and networks and build arguments are options of that plugin, too.',
  t: 'Write --tree.',
  o: 'Write --reporter json: one event a line, the summary last.',
  'pull-repository': 'Write --pull=registry/repository.',
  p: 'Write --pull=registry/repository.',
  'image-repository': 'Write --push=registry/repository and --pull=registry/repository, or set the options cache and imageRepository of the plugin docker-build.',
  privileged: 'Owners are always kept, and no rights are needed for it.',
  'keep-images': 'Images are kept; `cos clean` removes those that cos made.',
  compression: 'Compression is an option of the plugin squash: squash({ compression: "gzip" }).',
};
