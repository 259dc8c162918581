// The environment that tools get: nothing of the user's own, so that a result does not depend on who started the run.

const standardFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const;

/** Folders in which tools are looked up: those of PATH that are absolute, then the standard ones (a user's PATH on Debian lacks the sbin folders). */
export function searchFolders(path: string | undefined): readonly string[] {
  const given = (path ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...new Set([...given, ...standardFolders])];
}

export interface ToolEnvironment {
  /** Folders of the declared tools; they come before the standard ones. */
  readonly toolFolders: readonly string[];
  /** HOME and TMPDIR. */
  readonly home: string;
  /** Seconds since 1970. */
  readonly sourceDateEpoch: number;
  /** Declared variables; they win over the fixed ones, except for PATH. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The whole environment of a tool. */
export function toolEnvironment(environment: ToolEnvironment): Record<string, string> {
  const own = environment.toolFolders.filter((folder) => !standardFolders.some((standard) => standard === folder));
  return {
    HOME: environment.home,
    TMPDIR: environment.home,
    LC_ALL: 'C',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(environment.sourceDateEpoch),
    ...environment.variables,
    PATH: [...new Set(own), ...standardFolders].join(':'),
  };
}

/** The named variables that are set. */
export function pickVariables(env: Readonly<Record<string, string | undefined>>, names: Iterable<string>): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
