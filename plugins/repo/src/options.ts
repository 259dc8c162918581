import { createDefineStage, secret } from '@cos/core';
import { secretOption } from '@cos/schemas';
import * as z from 'zod/mini';

export const pluginOptions = z.object({
  /** The private key that signs what is published with `sign`, in a file or in a variable; default the file `cos.key` of the workspace. */
  key: z.prefault(secretOption(secret()), { file: 'cos.key' }),
  /** Its password; default the variable `COS_PASSWORD`. */
  password: z.prefault(secretOption(secret()), { env: 'COS_PASSWORD' }),
});

export const defineStage = createDefineStage(pluginOptions);
