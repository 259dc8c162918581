// What is remembered of tools' versions. The caller reads and writes the file; text of another form is an empty memo.

export interface ToolMemo {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, version: string) => void;
  readonly changed: () => boolean;
  /** Only what was used since it was read, sorted: executables that are gone fall out. */
  readonly serialise: () => string;
}

export function createToolMemo(text: string | undefined): ToolMemo {
  const versions = parse(text);
  const used = new Map<string, string>();
  let changed = false;
  return {
    get: (key) => {
      const version = versions.get(key);
      if (version !== undefined) used.set(key, version);
      return version;
    },
    set: (key, version) => {
      if (versions.get(key) !== version) changed = true;
      versions.set(key, version);
      used.set(key, version);
    },
    changed: () => changed,
    serialise: () => {
      const paths = new Set([...used.keys()].map(pathOf));
      // A probe of this path in another state is history; other tools stay remembered for other plans.
      const kept = [...versions].filter(([key]) => used.has(key) || !paths.has(pathOf(key)));
      return JSON.stringify({ format: 1, versions: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))) });
    },
  };
}

function pathOf(key: string): string {
  return key.split('","').slice(0, 2).join('","');
}

function parse(text: string | undefined): Map<string, string> {
  if (text === undefined) return new Map();
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || !('format' in data) || data.format !== 1) return new Map();
    if (!('versions' in data) || typeof data.versions !== 'object' || data.versions === null) return new Map();
    return new Map(Object.entries(data.versions).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    // Half-written or edited: asking the tools again is cheap.
    return new Map();
  }
}
