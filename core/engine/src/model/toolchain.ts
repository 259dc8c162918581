import type { HostContext } from './plugin.ts';
import type { Tool } from './tool.ts';

// A toolchain is another place than the host where the tools of stages are: an image of a container engine, say. A plugin makes it, the engine runs tools
// in it. What a stage does is the same in both: its folders have the same paths there.

/** What a toolchain is asked for. */
export interface ToolchainContext<P> extends HostContext<P> {
  /** All that the stages of the config may want of it. */
  readonly tools: readonly Tool[];
  /** Folders that tools may read, absolute. */
  readonly folders: readonly string[];
  /** Identity of this run, for names in foreign programs. */
  readonly runId: string;
  /** A line of progress, for what takes long. */
  readonly tell: (line: string) => void;
  /** Whether the run that has this identity works still: what others left can be removed. */
  readonly isAlive: (runId: string) => boolean;
}

/** Where things are in a toolchain. */
export interface ToolchainContent {
  /** Absolute paths of executables by name; those that it does not have are left out. */
  readonly executables: Readonly<Record<string, string>>;
  /** Those of the files that it has. */
  readonly files: readonly string[];
}

/** An executable of a toolchain that is to run. */
export interface ToolchainCall {
  /** Absolute, inside of the toolchain. */
  readonly path: string;
  /** Absolute, below one of `folders` or of `writable`. */
  readonly cwd: string;
  /** The whole environment of the tool. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders that the tool may write, absolute. */
  readonly writable: readonly string[];
  /** Identity of what runs it, for names in foreign programs. */
  readonly runId: string;
}

/**
 * A program of the host that stands for an executable of a toolchain: arguments behind `args` are those of the executable. It has the standard streams and
 * the exit status of the executable, and when it is ended by TERM the executable ends first. 125: the executable could not be run at all.
 */
export interface ToolchainCommand {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Toolchain {
  /** What it is, for people: `the image cos/toolchain:4f0c… of docker 20.10.24`. */
  readonly about: string;
  /** Another text whenever anything in it may be another: what is learned of its tools is remembered under it. */
  readonly identity: string;
  find(names: readonly string[], files: readonly string[], signal: AbortSignal): Promise<ToolchainContent>;
  command(call: ToolchainCall): ToolchainCommand;
}
