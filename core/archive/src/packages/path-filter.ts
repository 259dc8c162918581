// Include and exclude patterns of package specs: RE2 syntax, searched anywhere in the absolute path of an entry.
// Easily got wrong: with a package directory, luet matches patterns against that directory joined with the full path, so that
// `/out/usr/x` is matched as `/out/out/usr/x`. Package trees in use rely on it, hence both texts count here.
import { RE2JS } from 're2js';
import { ArchiveError, quoteName } from '../archive-error.ts';

/** Which entries a package takes. */
export interface PathFilterOptions {
  /** An entry is kept if one of these matches; none = every entry. Default none. */
  readonly includes?: readonly string[];
  /** An entry is dropped if one of these matches, even when it is included. Default none. */
  readonly excludes?: readonly string[];
  /** Absolute path of the directory that becomes the package's root; undefined or empty = the whole root filesystem. */
  readonly packageDir?: string;
  /**
   * `strict` (default): an invalid pattern and a relative `packageDir` are errors, and patterns are matched against the path inside
   * `packageDir` as well as luet's doubled one. `luet`: invalid patterns are dropped with a warning (a list of includes that has
   * only such keeps nothing), only the doubled path counts, and `packageDir` is a plain prefix (`/out` takes `/outer` too).
   */
  readonly compatibility?: 'strict' | 'luet';
}

/** Judges each entry alone: keeping a file does not keep its parents, dropping a directory does not drop its content. */
export interface PathFilter {
  /** `name` as in the archive. */
  readonly keeps: (name: string) => boolean;
  /** One sentence for each pattern that was dropped; always empty in `strict` mode. */
  readonly warnings: readonly string[];
}

/** Makes a filter. Errors in `strict` mode: `invalid-pattern`, `invalid-option`. */
export function createPathFilter(options: PathFilterOptions): PathFilter {
  const isLuet = options.compatibility === 'luet';
  const warnings: string[] = [];
  const compileAll = (list: 'include' | 'exclude', patterns: readonly string[]): RE2JS[] =>
    patterns.flatMap((pattern) => {
      const result = compile(pattern);
      if (result instanceof RE2JS) return [result];
      const message = `The ${list} pattern ${quoteName(pattern)} is not RE2 syntax: ${result}`;
      if (!isLuet) throw new ArchiveError('invalid-pattern', message);
      warnings.push(message);
      return [];
    });
  const includes = compileAll('include', options.includes ?? []);
  const excludes = compileAll('exclude', options.excludes ?? []);
  const keepsAll = (options.includes ?? []).length === 0;
  // Most packages take everything; where there is nothing to match, no path need be brought into a form for it.
  if (keepsAll && (options.excludes ?? []).length === 0 && (options.packageDir ?? '') === '') return { warnings, keeps: () => true };
  const textsOf = isLuet ? luetTexts(options.packageDir ?? '') : strictTexts(options.packageDir ?? '');
  return {
    warnings,
    keeps(name) {
      const texts = textsOf(matchText(name));
      const matches = (patterns: readonly RE2JS[]): boolean => patterns.some((pattern) => texts.some((text) => pattern.matcher(text).find()));
      if (texts.length === 0) return false;
      return (keepsAll || matches(includes)) && !matches(excludes);
    },
  };
}

/** The absolute path of an entry: a leading slash, no trailing one, `.` and `..` resolved as in Go's `path.Clean`. */
export function matchText(name: string): string {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Absolute form of a package directory; anything that is not an absolute path is `invalid-option`. */
export function checkPackageDir(directory: string): string {
  if (!directory.startsWith('/') || directory.split('/').includes('..')) {
    throw new ArchiveError('invalid-option', `package_dir must be an absolute path such as /output, but it is ${quoteName(directory)}`);
  }
  return matchText(directory);
}

/** The pattern, or why it is none. */
function compile(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type TextsOf = (path: string) => string[];

function strictTexts(packageDir: string): TextsOf {
  const directory = packageDir === '' ? '/' : checkPackageDir(packageDir);
  if (directory === '/') return (path) => [path];
  return (path) => {
    if (path !== directory && !path.startsWith(`${directory}/`)) return [];
    return [path === directory ? '/' : path.slice(directory.length), directory + path];
  };
}

function luetTexts(packageDir: string): TextsOf {
  if (packageDir === '') return (path) => [path];
  return (path) => (path.startsWith(packageDir) ? [matchText(`${packageDir}/${path}`)] : []);
}
