/** What a root filesystem says about the distribution that it is. */
export interface OsRelease {
  /** `debian`, `opensuse-leap`: lower case. */
  readonly id: string;
  /** Undefined: a distribution without versions. */
  readonly version?: string;
  /** For people. */
  readonly title?: string;
}

/** Reads os-release(5): assignments of a shell, without anything that a shell would expand. Undefined where it names no distribution. */
export function readOsRelease(text: string): OsRelease | undefined {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    if (match !== null) values.set(match[1] ?? '', unquote(match[2] ?? ''));
  }
  const id = values.get('ID')?.toLowerCase() ?? '';
  if (id === '') return undefined;
  const version = values.get('VERSION_ID') ?? '';
  const title = values.get('PRETTY_NAME') ?? '';
  return { id, ...(version === '' ? {} : { version }), ...(title === '' ? {} : { title }) };
}

function unquote(text: string): string {
  const [quote] = text;
  if (quote === "'" && text.endsWith("'")) return text.slice(1, -1);
  const inner = quote === '"' && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text;
  return inner.replaceAll(/\\(.)/g, '$1');
}
