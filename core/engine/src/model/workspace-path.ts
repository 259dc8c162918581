/**
 * A path below the workspace in its only spelling (`/` between parts, no `.`); undefined when it is absolute, leaves the workspace, is empty, or has
 * characters that no file name has. The workspace itself is `.`.
 */
export function workspacePath(path: string): string | undefined {
  if (path === '' || path.startsWith('/') || path.includes('\0') || path.includes('\\')) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
      continue;
    }
    parts.push(part);
  }
  return parts.length === 0 ? '.' : parts.join('/');
}

/** True when one path is the other or lies inside of it. Both as `workspacePath` gives them. */
export function overlaps(a: string, b: string): boolean {
  return a === b || a === '.' || b === '.' || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
