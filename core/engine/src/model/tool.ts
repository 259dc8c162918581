// A tool is a program of the host. Its version is part of the fingerprint of each task whose stage declares it.

export interface Tool {
  /** Name of the executable, looked up on PATH; never a path. */
  readonly name: string;
  /** Arguments that make it print its version; default `['--version']`. */
  readonly versionArgs?: readonly string[];
  /** Where the version stands in what it prints (first group); default: the first thing that looks like `1.2` or `1.2.3-4`. */
  readonly versionPattern?: RegExp;
  /** Exit statuses with which the version call may end; default `[0]`. */
  readonly versionExits?: readonly number[];
  /** Packages that bring it, by family of distribution. */
  readonly packages?: { readonly debian?: string; readonly fedora?: string; readonly opensuse?: string };
  /** Files beside the executable that a stage needs (module folders of GRUB): each must exist, checked in preflight. */
  readonly files?: readonly string[];
}

/** Declares a tool with the means to probe and to install it. */
export function defineTool(tool: Tool): Tool {
  return Object.freeze({ ...tool });
}
