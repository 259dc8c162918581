import type { DatabaseProblem, InstalledPackage, ReadDatabase, SourcePackage } from '../installed-package.ts';
import { quote, readStanzas, type Stanza } from './stanzas.ts';

// dpkg's database: paragraphs of control fields, of which `Status` has three words: what is wanted, a flag, and what is. Formats: deb822(5), deb-control(5),
// dpkg(1) section "Package states", and dpkg's "doc/spec" and manual for the folder `updates`: numbered files with paragraphs that replace those of the
// status file until dpkg writes it anew. Images without dpkg (distroless) have a file for each package in `status.d`, without a status.

/** The files of one database. */
export interface DpkgFiles {
  /** The file `status`, and behind it those of `updates` in their order. */
  readonly status: readonly DatabaseText[];
  /** The files of `status.d`. */
  readonly parts: readonly DatabaseText[];
}

export interface DatabaseText {
  /** Without a leading slash. */
  readonly file: string;
  readonly text: string;
}

/**
 * The packages whose files are there, which are those that `dpkg-query -W` lists but for states `not-installed` and `config-files`: of a removed package
 * that left its configuration nothing runs.
 */
export function readDpkg({ status, parts }: DpkgFiles): ReadDatabase {
  const problems: DatabaseProblem[] = [];
  const packages = new Map<string, InstalledPackage | undefined>();
  for (const one of status) read(one, 'needed');
  for (const one of parts) read(one, 'absent');
  return { packages: [...packages.values()].filter((one) => one !== undefined), problems };

  function read({ file, text }: DatabaseText, state: 'needed' | 'absent'): void {
    const { stanzas, problems: found, placeOf } = readStanzas(text, file, { name: FIELD, continued: true, repeated: false, ended: state === 'needed' });
    problems.push(...found);
    for (const stanza of stanzas) addPackage(stanza, state, (line, message) => void problems.push({ file, message, at: placeOf(line) }));
  }

  function addPackage(stanza: Stanza, state: 'needed' | 'absent', report: (line: number, message: string) => void): void {
    const value = (name: string): string => stanza.fields.get(name)?.value ?? '';
    const name = value('package');
    if (name === '') return report(stanza.line, 'Expected a paragraph with the field "Package"; it has none.');
    const given = stanza.fields.get('status');
    const words = (given?.value ?? (state === 'absent' ? 'install ok installed' : '')).split(/\s+/);
    const [, , what = ''] = words;
    if (words.length !== 3 || !STATES.has(what)) {
      return report(given?.line ?? stanza.line, `Expected a status of three words such as "install ok installed" for the package ${quote(name)}; found ${quote(given?.value ?? '')}.`);
    }
    const architecture = value('architecture');
    const key = `${name}:${architecture}`;
    if (GONE.has(what)) {
      packages.set(key, undefined);
      return;
    }
    const version = value('version');
    if (version === '') return report(stanza.line, `Expected a version of the installed package ${quote(name)}; it has none.`);
    const source = sourceOf(value('source'));
    const supplier = value('maintainer');
    packages.set(key, {
      manager: 'deb', name, version,
      ...(architecture === '' ? {} : { architecture }),
      ...(supplier === '' ? {} : { supplier }),
      ...(source === undefined ? {} : { source }),
    });
  }
}

/** deb822(5): printable ASCII without blanks and colons, and neither `#` nor `-` first. */
const FIELD = /^[!"$-,./-9;-~][!-9;-~]*$/;

const GONE: ReadonlySet<string> = new Set(['not-installed', 'config-files']);
const STATES: ReadonlySet<string> = new Set([...GONE, 'half-installed', 'unpacked', 'half-configured', 'triggers-awaited', 'triggers-pending', 'installed']);

/** `name`, or `name (version)` where the version is another. */
function sourceOf(text: string): SourcePackage | undefined {
  const match = /^(\S+)(?:\s+\((\S+)\))?$/.exec(text);
  if (match === null) return undefined;
  const [, name = '', version] = match;
  return { name, ...(version === undefined ? {} : { version }) };
}
