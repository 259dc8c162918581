// What other packages may use.

export { createProblem, formatProblem, isError, PROBLEM_CODES } from './problem.ts';
export type { Location, Problem, ProblemCode, RelatedLocation, Severity } from './problem.ts';
export { parseYaml, writeYaml } from './yaml.ts';
export type { ParseYamlOptions, YamlDocument, YamlEntry, YamlMapping, YamlNode, YamlScalar, YamlSequence } from './yaml.ts';
export type { EntryKind, TreeEntry, TreeReader } from './tree/reader.ts';
export { loadTree } from './tree/load-tree.ts';
export type { LoadTreeOptions, SourceText, Tree, TreePackage } from './tree/load-tree.ts';
export type { PackageDefinition } from './package/definition.ts';
export { fingerprintName, imageId } from './package/identity.ts';
export type { Identity } from './package/identity.ts';
export { formatReference } from './package/reference.ts';
export type { PackageReference } from './package/reference.ts';
export type { BuildSpec } from './package/build-spec.ts';
export type { CopyItem, Subpackage } from './package/build-spec-parts.ts';
export { readFinalizer } from './package/finalizer.ts';
export type { Finalizer } from './package/finalizer.ts';
export { mergeValues } from './values/merge.ts';
export type { MergeRule } from './values/merge.ts';
export { readValues } from './values/read-values.ts';
export { isValueMap, NO_VALUES, valuesFromJson, valuesToJson } from './values/value.ts';
export type { Value, ValueKey, ValueMap } from './values/value.ts';
export { parseAtom } from './version/atom.ts';
export { findCandidates, newestVersion } from './version/best.ts';
export { compareVersions, sortVersions } from './version/compare.ts';
export { isSelector, matchesSelector, satisfies } from './version/selector.ts';
export type { VersionMatching } from './version/selector.ts';
export { planPackages, renderTree } from './plan/plan-packages.ts';
export type { PlanPackagesOptions } from './plan/plan-packages.ts';
export type {
  ChainElement, ImageBase, PackagePlan, PackageRole, PlannedImage, ResolvedCopy, ResolvedPackage,
} from './plan/types.ts';
export type { ArchiveContent, PackageKind } from './package/check-build-spec.ts';
export type { RenderedPackage } from './render/render-package.ts';
export type { RenderRequest, RenderResult, RenderTemplate } from './render/render-template.ts';
export { hashDirectory } from './tag/directory-hash.ts';
export type { BytesReader, DirectoryHashResult } from './tag/directory-hash.ts';
export { tagPlan } from './tag/tag-plan.ts';
export type { PackageTags, TagPlanOptions, TagPlanResult } from './tag/tag-plan.ts';
export { builderTag, joinTag, saltOf, tagChain } from './tag/tags.ts';
export type { ElementTags, TaggedPackage } from './tag/tags.ts';
