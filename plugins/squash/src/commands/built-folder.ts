import { join, resolve } from 'node:path';

/** Where commands look for packages by name. */
export const builtParameter = {
  in: { type: 'text', description: 'folder in which packages are looked for by name; default: build, in the workspace' },
} as const;

export function builtFolder(given: string | undefined, { cwd, workspace }: { readonly cwd: string; readonly workspace: string }): string {
  return given === undefined ? join(workspace, 'build') : resolve(cwd, given);
}
