import { createDefineStage } from '@cos/core';
import * as z from 'zod/mini';
import { secretOption } from './secret-option.ts';

export const pluginOptions = z.object({
  /** The private key that signs what is published with `sign`, in a file or in a variable; default the file `cos.key` of the workspace. */
  key: z.prefault(secretOption(), { file: 'cos.key' }),
  /** Its password; default the variable `COS_PASSWORD`. */
  password: z.prefault(secretOption(), { env: 'COS_PASSWORD' }),
});

export const defineStage = createDefineStage(pluginOptions);
