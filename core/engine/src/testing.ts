// Public harness for authors of plugins. Re-exports only.

export { askPin, type AskedPin, type AskPinOptions } from './testing/ask-pin.ts';
export { cacheCases, type CacheSubject } from './testing/cache-cases.ts';
export type { ConformanceCase } from './testing/conformance.ts';
export { createFakeTool, type FakeTool, type Invocation } from './testing/fake-tool.ts';
export { runCommand, type CommandRun, type RunCommandOptions } from './testing/run-command.ts';
export { planConfig, runConfig, type AnyConfig, type PlanConfigOptions, type PlannedConfig, type RanConfig, type RunConfigOptions } from './testing/run-config.ts';
export { runStage, type GivenArtifact, type RunStageOptions, type StageRun, type TakenArtifact } from './testing/run-stage.ts';
export { storeCases, type StoreSubject } from './testing/store-cases.ts';
export { createWorkspace, type TemporaryWorkspace } from './testing/temporary-workspace.ts';
