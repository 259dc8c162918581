import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Tool } from '../model/tool.ts';
import { startProcess } from '../process/exec.ts';
import type { FoundTool } from './host-tools.ts';

export interface ToolFileRequest {
  readonly tools: ReadonlyMap<string, FoundTool>;
  readonly declared: readonly Tool[];
  /** For copies; made when it is needed. Absolute. */
  readonly folder: string;
  readonly runId: string;
  readonly signal: AbortSignal;
}

/** Files of tools as paths of the host: those of a toolchain are copied, each once. */
export function createToolFiles({ tools, declared, folder, runId, signal }: ToolFileRequest): (file: string) => Promise<string> {
  const copies = new Map<string, Promise<string>>();
  const copy = async (file: string, number: number, { toolchain }: FoundTool): Promise<string> => {
    if (toolchain === undefined) return file;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `tool-${number}-${basename(file)}`);
    await startProcess({ name: 'cat', path: '/bin/cat', args: ['--', file], cwd: folder, env: {}, stdout: { file: path }, signal, via: toolchain.command({ path: '/bin/cat', cwd: '/', env: {}, writable: [], runId }) }).done;
    return path;
  };
  return async (file) => {
    const owner = declared.find(({ files }) => files?.includes(file) === true);
    const tool = owner === undefined ? undefined : tools.get(owner.name);
    if (tool === undefined) throw new TypeError(`no tool of this stage declares the file ${file}`);
    const known = copies.get(file) ?? copy(file, copies.size, tool);
    copies.set(file, known);
    return known;
  };
}
