import { constants, accessSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import { searchFolders, toolEnvironment } from './environment.ts';
import { startProcess, type ProcessRequest } from './exec.ts';
import type { ToolMemo } from './tool-memo.ts';

// Finds a tool of the host and its version. The version is asked once for each state of the executable and remembered, so that a run with nothing to do
// starts nothing.

/** The part of a tool's declaration that finding needs; `Tool` of the model fits. */
export interface SoughtTool {
  readonly name: string;
  readonly versionArgs?: readonly string[];
  readonly versionPattern?: RegExp;
  readonly versionExits?: readonly number[];
  readonly packages?: { readonly debian?: string; readonly fedora?: string; readonly opensuse?: string };
  readonly files?: readonly string[];
}

export type ToolProbe =
  | { readonly found: true; readonly name: string; readonly path: string; readonly version: string; readonly missingFiles: readonly string[] }
  | { readonly found: false; readonly name: string; readonly package: string | undefined };

export interface ProbeHost {
  /** The user's PATH. */
  readonly path: string | undefined;
  readonly memo: ToolMemo;
  readonly signal: AbortSignal;
}

/** Absolute path of an executable by its name; undefined when no folder has it. Names with a slash are no names. */
export function findTool(name: string, path: string | undefined): string | undefined {
  if (name === '' || name.includes('/') || name.includes('\0')) return undefined;
  for (const folder of searchFolders(path)) {
    const candidate = join(folder, name);
    if (isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/**
 * Finds a tool and its version. A tool that tells no version (many shells) is known by the digest of its executable instead, written
 * `sha256:<16 hex digits>`.
 */
export async function probeTool(tool: SoughtTool, host: ProbeHost): Promise<ToolProbe> {
  const path = findTool(tool.name, host.path);
  if (path === undefined) return { found: false, name: tool.name, package: packageOf(tool) };
  const key = memoKey(tool, path);
  const version = host.memo.get(key) ?? (await askVersion(tool, path, host)) ?? `sha256:${createHash('sha256').update(await readFile(path)).digest('hex').slice(0, 16)}`;
  host.memo.set(key, version);
  const missingFiles = (tool.files ?? []).filter((file) => statSync(file, { throwIfNoEntry: false }) === undefined);
  return { found: true, name: tool.name, path, version, missingFiles };
}

/** The package to install on Debian, or a list where families differ; undefined when the declaration does not say. */
export function packageOf(tool: SoughtTool): string | undefined {
  return tool.packages?.debian ?? tool.packages?.fedora ?? tool.packages?.opensuse;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Absent or not for us: the next folder may have it.
    return false;
  }
}

function memoKey(tool: SoughtTool, path: string): string {
  const real = realpathSync(path);
  const { size, mtimeNs, ctimeNs, ino } = statSync(real, { bigint: true });
  // One executable answers to many names (busybox, alternatives), hence the name.
  return JSON.stringify([tool.name, real, `${size}`, `${mtimeNs}`, `${ctimeNs}`, `${ino}`, howToAsk(tool)]);
}

/** The part of a declaration that the version depends on. */
export function howToAsk(tool: SoughtTool): unknown {
  return [tool.versionArgs ?? ['--version'], tool.versionPattern?.source ?? '', tool.versionPattern?.flags ?? '', tool.versionExits ?? [0]];
}

export interface VersionQuestion extends Pick<ProcessRequest, 'via'> {
  readonly signal: AbortSignal;
  /** Milliseconds to wait; default 10,000. */
  readonly patience?: number;
}

/** What a tool says of its version; undefined when it does not say any. */
export async function askVersion(tool: SoughtTool, path: string, host: VersionQuestion): Promise<string | undefined> {
  const limit = AbortSignal.any([host.signal, AbortSignal.timeout(host.patience ?? 10_000)]);
  const env = toolEnvironment({ toolFolders: [dirname(path)], home: '/', sourceDateEpoch: 0, variables: {} });
  try {
    const result = await startProcess({
      name: tool.name,
      path,
      args: tool.versionArgs ?? ['--version'],
      cwd: '/',
      env,
      ...(host.via === undefined ? {} : { via: host.via }),
      stdout: 'collect',
      exits: tool.versionExits ?? [0],
      signal: limit,
      graceMs: 500,
    }).done;
    const text = `${result.stdout}\n${result.stderr}`;
    const match = (tool.versionPattern ?? /(\d+(?:\.\d+)+[\w.+~-]*)/).exec(text);
    const version = match?.[1] ?? match?.[0];
    if (version !== undefined && version !== '') return version.slice(0, 200);
  } catch (error) {
    if (host.signal.aborted || !(error instanceof CosError)) throw error;
  }
  return undefined;
}
