// The engine that applications use.
import { createGoTemplateRender } from '../../src/index.ts';

export const render = createGoTemplateRender();
