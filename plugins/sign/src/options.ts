import { createDefineStage, secret } from '@cos/core';
import { secretOption } from '@cos/schemas';
import * as z from 'zod/mini';

export const pluginOptions = z.object({
  /** The private key, in a file or in a variable; default the file `cos.key` of the workspace. */
  key: z.prefault(secretOption(secret()), { file: 'cos.key' }),
  /** The password of the private key; default the variable `COS_PASSWORD`. */
  password: z.prefault(secretOption(secret()), { env: 'COS_PASSWORD' }),
  /** The image repository, `host/path`, where `cos sign` and `cos verify` keep signatures of images; default: COSIGN_REPOSITORY, or the repository
   * of the image. */
  signatures: z.optional(z.string()),
  /** Regular expressions of images, `host/path:tag`, that `cos sign` and `cos verify` leave out. Default none. */
  skip: z._default(z.array(z.string()), []),
});

export const defineStage = createDefineStage(pluginOptions);
