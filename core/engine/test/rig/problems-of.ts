import { expect } from 'vitest';
import { createWorkspace, planConfig, type AnyConfig, type PlanConfigOptions } from '../../src/testing.ts';

/** Plans and answers the messages, without the lines of test files. */
export async function problemsOf(config: AnyConfig, files: Readonly<Record<string, string>> = {}, options: Partial<PlanConfigOptions> = {}): Promise<string> {
  await using workspace = await createWorkspace(files);
  const { text, plan } = await planConfig(config, { ...options, workspace: workspace.path });
  if (text.includes('error ')) expect(plan).toBeUndefined();
  return text.replaceAll(/\n {2}at \S*\.test\.ts:\d+:\d+(?:\n {4}.*)*/g, '\n  at <test>');
}

/** A call of the stage `run` of the plugin `shell` that does nothing. */
export const once = { inputs: { files: [] }, options: { command: 'true' } };
