import { createDefineStage } from '@cos/core';
import * as z from 'zod/mini';

/** The plugin itself has no options. */
export const pluginOptions = z.object({});

export const defineStage = createDefineStage(pluginOptions);
