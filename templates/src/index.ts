// What most configs need. Re-exports only; distributions have entries of their own (`@cos/templates/debian`).

export type { ArchiveBase, BaseImage, BootstrappedBase, EngineBase, FolderBase, RegistryBase } from './distributions/base-image.ts';
export { withPackages } from './distributions/with-packages.ts';
export { definePackage, type PackageDeclaration, type PackageInput, type PackageInputContext } from '@cos/plugin-resolve';
export { standardPlugins, type StandardPluginOptions, type StandardPlugins } from './plugins.ts';
export { baseImage } from './targets/base-image.ts';
export { buildIso, type BuiltIso, type IsoRequest } from './targets/iso.ts';
export { archivesOf, buildPackages, type BuiltArchive, type BuiltPackage, type BuiltPackages, type PackagesRequest } from './targets/packages.ts';
export { buildSystem, type BuiltSystem, type SystemContent, type SystemRequest } from './targets/system.ts';
export { standardTargets, type StandardTargetOptions } from './targets/standard-targets.ts';
export type { StandardContext } from './targets/context.ts';
