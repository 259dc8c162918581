import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { projects: ['core/*', 'plugins/*', 'templates', 'e2e'] } });
