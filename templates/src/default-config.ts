import { defineConfig } from '@cos/core';
import { standardPlugins } from './plugins.ts';

// For commands that need no config of the user's own (`cos tags --tree packages`): package.json names this file as "cos.defaultConfig".

export default defineConfig({ plugins: standardPlugins(), derivatives: [], targets: {} });
