// Public harness for authors of plugins. Re-exports only.

export { createFakeTool, type FakeTool, type Invocation } from './testing/fake-tool.ts';
export { planConfig, runConfig, type AnyConfig, type PlanConfigOptions, type PlannedConfig, type RanConfig, type RunConfigOptions } from './testing/run-config.ts';
export { runStage, type GivenArtifact, type RunStageOptions, type StageRun, type TakenArtifact } from './testing/run-stage.ts';
export { createWorkspace, type TemporaryWorkspace } from './testing/temporary-workspace.ts';
