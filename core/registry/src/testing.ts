// Entry for tests of others: `@cos/registry/testing`.

export { startRegistry } from './testing/start-registry.ts';
export type { TestRegistry, TestRegistryOptions } from './testing/start-registry.ts';
