import { createHash } from 'node:crypto';
import type { BaseContent, BasePackages } from './options.ts';

// Which packages would go into a base? apt is asked before anything is downloaded, in the steps in which mmdebstrap installs: the packages of the variant that
// must be there first, then the others on top of them, then the pool. A setup hook does it, which has apt configured for the new root and its lists fresh; for
// a step on top of another one the packages of the first stand in the empty root's database as if they were installed.

/** The hook's own name for the shell: the program prints hooks, and this one is long. */
export const SOLVE_HOOK = 'eval "$COS_SOLVE"';

export interface SolveRequest {
  readonly content: BaseContent;
  readonly platform: string;
  /** Packages that have to be the answer: with others the hook ends with an error. Undefined: any answer. */
  readonly pinned: Pick<BasePackages, 'packages' | 'pool'> | undefined;
}

/** Variables of the environment that the hook needs. */
export function solveVariables({ content, platform, pinned }: SolveRequest): Readonly<Record<string, string>> {
  return { COS_SOLVE: script(content, platform.replace(/^linux\//, '')), COS_PINNED: pinned === undefined ? '' : digestOf(pinned) };
}

/** What the hook printed; undefined when it did not come to an answer. */
export function readSolution(output: string): BasePackages | undefined {
  const packages: [string, string][] = [];
  const pool: [string, string][] = [];
  const releases = new Map<string, string>();
  let ended = false;
  for (const line of output.split('\n')) {
    const [, kind, name = '', version = '', sum = ''] = /^cos-(package|pool) (\S+) (\S+) (\S*)$/.exec(line) ?? [];
    const release = /^cos-release (\S[^|]*)\|([^|]*)$/.exec(line);
    if (line === 'cos-end') ended = true;
    if (release !== null) addRelease(releases, release[1] ?? '', release[2] ?? '');
    if (kind !== undefined) (kind === 'pool' ? pool : packages).push([name, `${version} ${sum.replace(/^SHA256:/, 'sha256:')}`]);
  }
  if (!ended) return undefined;
  return { packages: sorted(packages), pool: sorted(pool), ...(releases.size === 0 ? {} : { releases: sorted(releases) }) };
}

/** Lines of the hook, which mean nothing to people. */
export function isSolveLine(line: string): boolean {
  return /^cos-(?:package|pool|release|end|differs)\b/.test(line);
}

/** What has changed, in one line each: `apt: 2.6.1 before, 2.6.2 now`. */
export function comparePackages(before: Pick<BasePackages, 'packages' | 'pool'>, now: Pick<BasePackages, 'packages' | 'pool'>): readonly string[] {
  return [...compare(before.packages, now.packages, ''), ...compare(before.pool, now.pool, ' (pool)')];
}

/** The same packages, whatever the releases say. */
export function samePackages(a: Pick<BasePackages, 'packages' | 'pool'>, b: Pick<BasePackages, 'packages' | 'pool'>): boolean {
  return digestOf(a) === digestOf(b);
}

function compare(before: Readonly<Record<string, string>>, now: Readonly<Record<string, string>>, where: string): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().flatMap((name) => {
    const [old, oldSum] = before[name]?.split(' ') ?? [];
    const [fresh, freshSum] = now[name]?.split(' ') ?? [];
    if (old === fresh && oldSum === freshSum) return [];
    if (old === undefined) return [`${name}${where}: was not there, ${fresh} now`];
    if (fresh === undefined) return [`${name}${where}: ${old} before, not there now`];
    return [old === fresh ? `${name}${where}: ${old} as before, but another file` : `${name}${where}: ${old} before, ${fresh} now`];
  });
}

/** As the hook makes it: lines sorted by byte. */
function digestOf({ packages, pool }: Pick<BasePackages, 'packages' | 'pool'>): string {
  const lines = (kind: string, versions: Readonly<Record<string, string>>): readonly string[] => Object.entries(versions).map(([name, version]) => `cos-${kind} ${name} ${version.replace(' sha256:', ' SHA256:')}\n`);
  const all = [...lines('package', packages), ...lines('pool', pool)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return createHash('sha256').update(all.join('')).digest('hex');
}

function sorted(entries: Iterable<readonly [string, string]>): Readonly<Record<string, string>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Of two files of one release (a mirror that is named twice) the newer counts. */
function addRelease(releases: Map<string, string>, name: string, date: string): void {
  const time = Date.parse(date.trim());
  const text = Number.isNaN(time) ? date.trim() : new Date(time).toISOString().replace('.000Z', 'Z');
  const known = releases.get(name.trim());
  if (name.trim() !== '' && (known === undefined || known < text)) releases.set(name.trim(), text);
}

/** `name_version_arch.deb` in what apt prints; `%3a` is the colon of an epoch. */
const NAME_VERSION_SUM = "s/^'[^']*' \\([^ _]*\\)_\\([^ _]*\\)_[^ _]*\\.deb [0-9]* *\\([^ ]*\\).*$/\\1 \\2 \\3/p";

/** Each stanza once, with the field by which the package manager knows that a package is installed. */
const STANZAS =
  'BEGIN { RS = ""; FS = "\\n"; ORS = "\\n\\n" } { key = ""; for (i = 1; i <= NF; i++) if ($i ~ /^(Package|Version): /) key = key $i; if (!(key in seen)) { seen[key] = 1; sub(/\\n/, "\\nStatus: install ok installed\\n"); print } }';

function script(content: BaseContent, architecture: string): string {
  const { first, rest } = steps(content, architecture);
  return [
    'set -e',
    'cd "$1"',
    'export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" LC_ALL=C',
    'list=var/lib/apt/cos-solution',
    // Standard output may be the archive.
    'apt-get update --error-on=any >&2',
    `ask() { kind="$1"; shift; apt-get --quiet --yes --option Acquire::ForceHash=SHA256 --print-uris "$@" > "$list.apt"; sed -n "${NAME_VERSION_SUM.replaceAll('$', '\\$')}" "$list.apt" | sed 's/%3a/:/g' > "$list.step"; sed "s/^/cos-$kind /" "$list.step" >> "$list"; }`,
    // One version may stand in several lists; the database wants each package once.
    `pretend() { sed 's/^\\([^ ]*\\) \\([^ ]*\\) .*/\\1=\\2/' "$list.step" | xargs --no-run-if-empty apt-cache show | awk '${STANZAS}' >> "$list.status"; cat "$list.status" > var/lib/dpkg/status; }`,
    ': > "$list"; : > "$list.status"',
    ...(first === undefined ? [] : [`ask package ${first}`, 'pretend']),
    ...(rest === undefined ? [] : [`ask package ${rest}`, 'pretend']),
    ...(content.pool.length === 0 ? [] : [`ask pool install ${content.pool.map(quoted).join(' ')}`]),
    ': > var/lib/dpkg/status',
    `for file in var/lib/apt/lists/*Release; do test -e "$file" || continue; awk -F ': ' '/^-----BEGIN PGP SIGNATURE/ { exit } /^(Origin|Codename|Suite|Date):/ { field[$1] = $2 } END { print "cos-release " field["Origin"] " " (field["Codename"] == "" ? field["Suite"] : field["Codename"]) "|" field["Date"] }' "$file" >&2; done`,
    'cat "$list" >&2',
    'echo cos-end >&2',
    'if test -n "$COS_PINNED" && test "$(sort "$list" | sha256sum | cut -c 1-64)" != "$COS_PINNED"; then echo cos-differs >&2; rm -f "$list"*; exit 1; fi',
    'rm -f "$list"*',
  ].join('\n');
}

/** What mmdebstrap asks apt for (mmdebstrap(1), VARIANTS): first what must be there before anything can be installed, then the rest. */
function steps({ variant, suite, packages }: BaseContent, architecture: string): { readonly first: string | undefined; readonly rest: string | undefined } {
  const within = (what: string): string => quoted(`?narrow(?or(?archive(^${suite}$),?codename(^${suite}$)),?architecture(${architecture}),${what})`);
  const install = (...names: readonly string[]): string | undefined => (names.length === 0 ? undefined : `install ${names.join(' ')}`);
  const named = packages.map(quoted);
  const essential = `install ${within('?essential')}`;
  switch (variant) {
    case 'custom':
      return { first: install(...named), rest: undefined };
    case 'apt':
      // There it is an upgrade of nothing, in which apt counts itself as essential.
      return { first: `${essential} apt`, rest: install(...named) };
    case 'essential':
      return { first: essential, rest: install(...named) };
    case 'minbase':
    case 'required':
      return { first: essential, rest: install(...named, within('?and(?priority(required),?not(?essential))')) };
    case 'important':
      return { first: essential, rest: install(...named, within('?and(?or(?priority(required),?priority(important)),?not(?essential))')) };
    case 'standard':
      return { first: essential, rest: install(...named, within('?and(?or(~prequired,~pimportant,~pstandard),?not(?essential))')) };
    default: {
      const never: never = variant;
      return never;
    }
  }
}

/** No value has a single quote: the schema says so. */
function quoted(text: string): string {
  return `'${text}'`;
}
