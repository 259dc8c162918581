import type { BuildProvenance, Digest, Json } from '@cos/core';

/** What was asked of a task, as a statement has it. */
export interface StepRequest {
  readonly task: string;
  readonly stageVersion: number;
  readonly options: Readonly<Record<string, Json>>;
  readonly pluginOptions: Readonly<Record<string, Json>>;
  readonly env: Readonly<Record<string, string | null>>;
  readonly platform: string | null;
}

export interface StepOutput {
  readonly name: string;
  readonly kind: string;
  readonly digest: Digest;
}

/** One task on the way to an artifact. */
export interface Step extends StepRequest {
  /** In the order of ports, and in that of artifacts of one port. */
  readonly inputs: readonly { readonly port: string; readonly digest: Digest }[];
  readonly outputs: readonly StepOutput[];
}

/** Steps of a build as those of its statement would be, with the outputs of which task each has read. */
export function stepsOf({ steps }: BuildProvenance): readonly (Step & { readonly reads: readonly string[] })[] {
  return steps.map(({ task, record, outputs }) => {
    const inputs = Object.entries(record.inputs).flatMap(([port, all]) => all.map(({ from, digest }) => ({ port, from, digest })));
    const { stageVersion, options, pluginOptions, env, platform } = record;
    return { task, stageVersion, options, pluginOptions, env, platform, inputs, outputs: Object.entries(outputs).map(([name, { kind, digest }]) => ({ name, kind, digest })), reads: inputs.map(({ from }) => from) };
  });
}
