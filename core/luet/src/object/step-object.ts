// Steps that objects declare with what is mounted while they run. They become the text behind RUN at once: everything after this, tags
// and archives and a build by luet, reads one form of a step.

import type { Decoder } from '../decode.ts';
import { wordFor } from '../problem.ts';
import type { PackageStep } from '../package/step.ts';
import type { YamlMapping, YamlNode } from '../yaml.ts';
import { renameFields } from './object-node.ts';

/** A step and what is mounted while it runs. Nothing of a mount reaches the image, but what the command copies out of it. */
export interface StepObject {
  /** The command. */
  readonly run: PackageStep;
  /** Default: none. */
  readonly mounts?: readonly MountObject[];
}

export type MountObject = CacheMount | SecretMount | TmpfsMount;

/** A folder that the engine keeps from build to build, and may lose at any time: what it holds is no input of the package. */
export interface CacheMount {
  readonly type: 'cache';
  readonly target: `/${string}`;
  /** Steps of all packages that name it have the same folder. Default: the target. */
  readonly id?: string;
  /** For steps that run at once: one folder, one for each, or one after the other. Default: `shared`. */
  readonly sharing?: 'shared' | 'private' | 'locked';
}

/** A secret of the plugin's option `secrets`. */
export type SecretMount = {
  readonly type: 'secret';
  readonly id: string;
} & (
  | { /** The file with its exact bytes. Default: `/run/secrets/<id>`. */ readonly target?: `/${string}`; readonly env?: never }
  | { /** The variable that has it for this command, without line ends at its end. */ readonly env: string; readonly target?: never }
);

/** An empty folder in memory. */
export interface TmpfsMount {
  readonly type: 'tmpfs';
  readonly target: `/${string}`;
}

/** `node`: the list of steps. Items that are objects become texts, the rest stays for whoever reads the list. */
export function toStepTexts(node: YamlNode, decoder: Decoder): YamlNode {
  if (node.kind !== 'sequence') return node;
  return { ...node, items: node.items.map((item): YamlNode => (item.kind === 'mapping' ? toScalar(item, formatStep(item, decoder)) : item)) };
}

function toScalar({ at }: YamlMapping, text: string): YamlNode {
  return { kind: 'scalar', text, value: text, plain: false, at };
}

function formatStep(item: YamlMapping, decoder: Decoder): PackageStep {
  const { fields, text } = fieldsIn(item, ['run', 'mounts'], 'a step', decoder);
  const run = text('run') ?? '';
  if (run.trim() === '') decoder.error('LUET_MISSING_KEY', `${wordFor(item.at, 'a step')} has no command`, item.at, { expected: 'run' });
  const list = fields.get('mounts');
  const mounts = list === undefined ? [] : decoder.sequence(list, 'mounts').flatMap((mount) => readMount(mount, decoder));
  const secrets = mounts.filter(({ env }) => env !== undefined);
  if (secrets.length > 0 && run.trimStart().startsWith('[')) {
    decoder.error('LUET_WRONG_TYPE', `${wordFor(item.at, 'a step')} has a secret as variable and no shell that could set it`, item.at, { expected: 'a command of the shell', found: run });
  }
  const exports = secrets.map(({ env, target }) => `export ${env}="$(cat ${target})"; `);
  return [...mounts.map(({ fields: parts }) => `--mount=${parts.join(',')}`), `${exports.join('')}${run}`].join(' ');
}

interface ReadMount {
  readonly fields: readonly string[];
  readonly env?: string | undefined;
  readonly target: string;
}

function readMount(node: YamlNode, decoder: Decoder): readonly ReadMount[] {
  const mapping = decoder.mapping(node, 'a mount');
  if (mapping === undefined) return [];
  const { type, kind } = mountType(mapping, decoder);
  if (kind === undefined) return [];
  const { fields, text } = fieldsIn(mapping, kind, `a mount of type ${type}`, decoder);
  const checked = (name: string, form: RegExp, expected: string): string | undefined => {
    const found = text(name);
    const at = fields.get(name)?.at ?? mapping.at;
    if (found !== undefined && !form.test(found)) decoder.error('LUET_WRONG_TYPE', `${wordFor(at, name)} cannot be used`, at, { expected, found });
    return found;
  };
  const needed = (name: string, found: string | undefined): string => {
    if (found === undefined) decoder.error('LUET_MISSING_KEY', `${wordFor(mapping.at, 'a mount')} has no ${name}`, mapping.at);
    return found ?? '';
  };
  const readTarget = (): string | undefined => {
    const found = text('target');
    const at = fields.get('target')?.at ?? mapping.at;
    if (found === undefined || isTarget(found)) return found;
    decoder.error('LUET_BAD_PATH', `${wordFor(at, 'target')} is no place for a mount`, at, { expected: 'an absolute path below "/", of letters, digits and . _ @ % + : -', found });
    return found;
  };
  const id = checked('id', ID, 'letters, digits and . _ -');
  switch (type) {
    case 'cache': {
      const target = needed('target', readTarget());
      const sharing = checked('sharing', /^(?:shared|private|locked)$/, 'one of shared, private, locked');
      return [{ fields: ['type=cache', `target=${target}`, ...(id === undefined ? [] : [`id=${id}`]), ...(sharing === undefined ? [] : [`sharing=${sharing}`])], target }];
    }
    case 'secret': {
      const name = needed('id', id);
      const env = checked('env', /^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable');
      const given = readTarget();
      if (env !== undefined && given !== undefined) decoder.error('LUET_WRONG_TYPE', `${wordFor(mapping.at, 'a mount')} has both "env" and "target"`, mapping.at, { expected: 'one of them' });
      const target = given ?? `/run/secrets/${name}`;
      return [{ fields: ['type=secret', `id=${name}`, `target=${target}`, 'required=true'], target, env }];
    }
    default: {
      const target = needed('target', readTarget());
      return [{ fields: ['type=tmpfs', `target=${target}`], target }];
    }
  }
}

function mountType(mapping: YamlMapping, decoder: Decoder): { readonly type: string; readonly kind: readonly string[] | undefined } {
  const entry = mapping.entries.find(({ key }) => key.text === 'type');
  const type = entry?.value.kind === 'scalar' ? entry.value.text : '';
  const kind = FIELDS.get(type);
  if (kind === undefined) decoder.error('LUET_WRONG_TYPE', `${wordFor(entry?.value.at ?? mapping.at, 'a mount')} is no type of mounts`, entry?.value.at ?? mapping.at, { expected: `one of ${[...FIELDS.keys()].join(', ')}`, found: type === '' ? 'nothing' : type });
  return { type, kind };
}

function fieldsIn(mapping: YamlMapping, names: readonly string[], what: string, decoder: Decoder): { readonly fields: ReadonlyMap<string, YamlNode>; readonly text: (name: string) => string | undefined } {
  const { entries } = renameFields(mapping, new Map(names.map((name) => [name, name])), what, decoder);
  const fields = new Map(entries.map(({ key, value }) => [key.text, value]));
  return {
    fields,
    text: (name) => {
      const node = fields.get(name);
      return node === undefined ? undefined : decoder.text(node, name);
    },
  };
}

function isTarget(path: string): boolean {
  return TARGET.test(path) && path.split('/').every((part, index) => index === 0 || (part !== '' && part !== '.' && part !== '..'));
}

/** Characters that neither a Dockerfile nor a shell reads as something else. */
const TARGET = /^\/[A-Za-z0-9._@%+:/-]+$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['cache', ['type', 'target', 'id', 'sharing']],
  ['secret', ['type', 'id', 'target', 'env']],
  ['tmpfs', ['type', 'target']],
]);
