import { createDefineStage, secret, type Secret, type SecretSource } from '@cos/core';
import * as z from 'zod/mini';

const secretSchema = secret();

/** An option that names a secret, with the engine's own check. */
function secretOption() {
  return z.pipe(
    z.custom<SecretSource>(),
    z.transform((value, context): Secret => {
      const result = secretSchema['~standard'].validate(value);
      if (!(result instanceof Promise) && result.issues === undefined) return result.value;
      const issues = result instanceof Promise ? [] : (result.issues ?? []);
      // The path names a place below the value: whoever reports the issue shows what stands at the path, which may be the secret itself.
      for (const { message } of issues) context.issues.push({ code: 'custom', message, input: undefined, path: ['env'] });
      return z.NEVER;
    }),
  );
}

export const pluginOptions = z.object({
  /** The private key, in a file or in a variable; default the file `cos.key` of the workspace. */
  key: z.prefault(secretOption(), { file: 'cos.key' }),
  /** The password of the private key; default the variable `COS_PASSWORD`. */
  password: z.prefault(secretOption(), { env: 'COS_PASSWORD' }),
  /** The image repository, `host/path`, where `cos sign` and `cos verify` keep signatures of images; default: the repository of the image. */
  signatures: z.optional(z.string()),
  /** Regular expressions of images, `host/path:tag`, that `cos sign` and `cos verify` leave out. Default none. */
  skip: z._default(z.array(z.string()), []),
});

export const defineStage = createDefineStage(pluginOptions);
