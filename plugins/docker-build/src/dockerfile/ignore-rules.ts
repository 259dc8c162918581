import dockerignore from '@balena/dockerignore';

// What a .dockerignore leaves out of a context.

export interface IgnoreRules {
  /** `path`: relative to the context. */
  readonly ignores: (path: string) => boolean;
  /** True when some rule may decide over paths below a folder, whatever is there today. */
  readonly mayDecideBelow: (folder: string) => boolean;
}

/** `own`: folders that are left out in any case. */
export function readIgnoreRules(text: string, own: readonly string[] = []): IgnoreRules {
  const rules = dockerignore.default().add(text);
  const patterns = [...text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')).map((line) => partsOf(line.replace(/^!/, ''))), ...own.map(partsOf)];
  const isOwn = (path: string): boolean => own.some((folder) => path === folder || path.startsWith(`${folder}/`));
  return {
    ignores: (path) => isOwn(path) || rules.ignores(path),
    mayDecideBelow: (folder) => patterns.some((pattern) => mayMatchBelow(pattern, partsOf(folder))),
  };
}

function partsOf(pattern: string): readonly string[] {
  return pattern.split('/').filter((part) => part !== '' && part !== '.');
}

/** Without doubt only where a part without wildcards differs, or the pattern ends above. */
function mayMatchBelow(pattern: readonly string[], folder: readonly string[]): boolean {
  if (pattern.some((part) => part.includes('**') || part === '..')) return true;
  return pattern.length > folder.length && folder.every((part, index) => /[*?[\\]/.test(pattern[index] ?? '') || pattern[index] === part);
}
