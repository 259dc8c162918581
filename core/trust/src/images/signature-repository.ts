/** The variable by which users of cosign say where signatures of images are kept. */
export const signatureVariable = 'COSIGN_REPOSITORY';

/** The image repository for signatures that the environment names, `host/path`; undefined: none. What a command line, a config or a policy says is stronger. */
export function signatureRepository(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = env[signatureVariable];
  return named === '' ? undefined : named;
}
