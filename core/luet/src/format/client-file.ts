// luet.yaml, the configuration of the client. Beside a tree it is called `.luet.yaml` and says which repositories the tree builds on.
// Only the repositories mean something here; credentials are not taken from a file that lies beside sources.

import { Decoder, fieldsOf } from '../decode.ts';
import type { Location, Problem } from '../problem.ts';
import { parseYaml } from '../yaml.ts';
import type { YamlEntry, YamlMapping, YamlNode } from '../yaml.ts';
import type { RepositoryType } from './repository-file.ts';

/** Where a published repository can be had. */
export interface RepositorySource {
  readonly name: string;
  readonly description: string;
  readonly type: RepositoryType;
  /** At least one; further ones are tried when the first fails. For `docker` names of image repositories, for `disk` folders. */
  readonly urls: readonly string[];
  readonly enable: boolean;
  readonly cached: boolean;
  /** Lower numbers are preferred. Default: 0 in a list, 9999 in a file of its own. */
  readonly priority: number;
  readonly verify: boolean;
  /** Architecture as Go calls it: on that one the entry counts also when it is not enabled. '' = none. */
  readonly arch: string;
  /** File that is read instead of repository.yaml, to stay with a snapshot. '' = none. */
  readonly reference: string;
  readonly at: Location;
}

export interface ClientFile {
  /** In the order of the file. */
  readonly repositories: readonly RepositorySource[];
  /** Folders with a repository in each file (`repos_confdir`), as they are written. Undefined: the client's usual one. */
  readonly folders: readonly string[] | undefined;
  readonly problems: readonly Problem[];
}

/** An entry that cannot be used is left out, with its problem. */
export function readClientFile(text: string, file: string): ClientFile {
  const { root, problems } = parseYaml({ text, file });
  const decoder = new Decoder('text', [...problems]);
  const mapping = root === undefined ? undefined : decoder.mapping(root, 'the configuration of the client');
  if (mapping === undefined) return { repositories: [], folders: undefined, problems: decoder.problems };
  const fields = fieldsOf(decoder, mapping, CLIENT_KEYS, (entry, suggestion) => {
    if (suggestion !== undefined) decoder.warn('LUET_UNKNOWN_KEY', `unknown key "${entry.key.text}"`, entry.key.at, { hint: `did you mean "${suggestion}"?` });
  });
  const list = fields.get('repositories');
  const repositories = list === undefined ? [] : decoder.sequence(list.value, 'repositories').flatMap((node, index) => readSource(decoder, node, `repositories[${index}]`, 0) ?? []);
  const folders = fields.get('repos_confdir');
  return { repositories, folders: folders === undefined ? undefined : decoder.texts(folders.value, 'repos_confdir'), problems: decoder.problems };
}

export interface ClientEntry {
  /** Undefined when it cannot be used. */
  readonly repository: RepositorySource | undefined;
  readonly problems: readonly Problem[];
}

/** Reads a file of `repos_confdir`: one repository. An empty file is none. */
export function readClientEntry(text: string, file: string): ClientEntry {
  const { root, problems } = parseYaml({ text, file });
  const decoder = new Decoder('text', [...problems]);
  return { repository: root === undefined ? undefined : readSource(decoder, root, 'the repository', 9999), problems: decoder.problems };
}

function readSource(decoder: Decoder, node: YamlNode, what: string, usualPriority: number): RepositorySource | undefined {
  const mapping = decoder.mapping(node, what);
  if (mapping === undefined) return undefined;
  const fields = fieldsOf(decoder, mapping, SOURCE_KEYS, (entry, suggestion) => {
    decoder.warn('LUET_UNKNOWN_KEY', `unknown key "${entry.key.text}" in ${what}`, entry.key.at, suggestion === undefined ? {} : { hint: `did you mean "${suggestion}"?` });
  });
  const before = decoder.problems.length;
  const text = (key: string): string => read(fields, key, '', (value) => decoder.text(value, `${what}.${key}`));
  const flag = (key: string): boolean => read(fields, key, false, (value) => decoder.boolean(value, `${what}.${key}`));
  const source: RepositorySource = {
    name: text('name'),
    description: text('description'),
    type: readType(decoder, mapping, text('type'), what),
    urls: read(fields, 'urls', [], (value) => decoder.texts(value, `${what}.urls`)),
    enable: flag('enable'),
    cached: flag('cached'),
    priority: read(fields, 'priority', usualPriority, (value) => readPriority(decoder, value, `${what}.priority`)),
    verify: flag('verify'),
    arch: text('arch'),
    reference: text('reference'),
    at: mapping.at,
  };
  if (source.name === '') decoder.error('LUET_MISSING_KEY', `${what} has no name`, mapping.at);
  if (source.urls.length === 0) decoder.error('LUET_MISSING_KEY', `${what} has no urls`, mapping.at);
  const auth = fields.get('auth');
  if (auth !== undefined) decoder.warn('LUET_NO_EFFECT', `credentials of ${what} are not read`, auth.key.at, { hint: 'log in with the tool that knows the registry' });
  return decoder.problems.slice(before).some(({ severity }) => severity === 'error') ? undefined : source;
}

function read<T>(fields: ReadonlyMap<string, YamlEntry>, key: string, absent: T, decode: (node: YamlNode) => T): T {
  const entry = fields.get(key);
  return entry === undefined ? absent : decode(entry.value);
}

function readType(decoder: Decoder, mapping: YamlMapping, text: string, what: string): RepositoryType {
  if (text === 'disk' || text === 'http' || text === 'docker') return text;
  const at = mapping.entries.find(({ key }) => key.text.toLowerCase() === 'type')?.value.at ?? mapping.at;
  decoder.error('LUET_BAD_FORMAT', `${what} is of no known type`, at, { expected: 'disk, http or docker', found: text });
  return 'disk';
}

function readPriority(decoder: Decoder, node: YamlNode, what: string): number {
  if (node.kind === 'scalar' && /^-?[0-9]{1,9}$/.test(node.text)) return Number(node.text);
  decoder.error('LUET_WRONG_TYPE', `${what} must be a whole number`, node.at, { expected: 'a whole number' });
  return 0;
}

const CLIENT_KEYS = ['repositories', 'logging', 'general', 'system', 'solver', 'repos_confdir', 'config_protect_confdir', 'config_protect_skip', 'config_from_host', 'finalizer_envs'];
const SOURCE_KEYS = ['name', 'description', 'type', 'urls', 'enable', 'cached', 'priority', 'verify', 'arch', 'reference', 'auth', 'treepath', 'metapath'];
