import type { ExecOptions, ExecResult, StageContext } from '@cos/core';
import type { ToolCall } from './tool-call.ts';

type Exec = StageContext<never, never, never, never>['exec'];

/** Runs a tool call in a stage. */
export async function runTool(exec: Exec, call: ToolCall, options: Omit<ExecOptions, 'env'> = {}): Promise<ExecResult> {
  return await exec(call.tool, call.args, { ...options, env: call.env });
}
