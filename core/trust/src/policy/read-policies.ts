import { dirname, resolve } from 'node:path';
import { formatProblem, isError, parseYaml, type YamlMapping, type YamlNode } from '@cos/luet';
import { readTrustedKey, type TrustedKey } from '../keys/trusted-key.ts';
import { TrustError } from '../trust-error.ts';
import type { NamedPolicy } from './policy.ts';

// A file of policies:
//
//   policies:
//     - match: docker:registry.example/os/*
//       mode: enforce
//       keys: [release.pub]
//       identity: registry.example/os/stable
//       signatures: registry.example/os/signatures
//       maxAgeDays: 30

const fields = ['match', 'mode', 'keys', 'identity', 'signatures', 'maxAgeDays'];
const modes = ['enforce', 'warn', 'off'] as const;

/** Reads a text of policies; paths of keys are relative to its file. All that is wrong is told at once. Throws TrustError `policy`. */
export async function readPolicies(text: string, file: string): Promise<readonly NamedPolicy[]> {
  const { root, problems } = parseYaml({ text, file });
  const wrong = problems.filter(isError).map(formatProblem);
  if (wrong.length > 0) throw refuse(file, wrong);
  const tell = (node: YamlNode, message: string): void => void wrong.push(`${file}:${node.at.line}:${node.at.column}: ${message}`);
  const list = root === undefined ? undefined : entryOf(root, 'policies', tell, ['policies']);
  if (list?.kind !== 'sequence') throw refuse(file, [...wrong, `${file}: expected "policies:" with a list; found none`]);
  const policies: NamedPolicy[] = [];
  for (const item of list.items) {
    if (item.kind !== 'mapping') {
      tell(item, 'expected a policy: a mapping with match, mode and keys');
      continue;
    }
    const read = await readPolicy(item, dirname(file), tell);
    if (read !== undefined) policies.push(read);
  }
  if (wrong.length > 0) throw refuse(file, wrong);
  return policies;
}

type Tell = (node: YamlNode, message: string) => void;

async function readPolicy(item: YamlMapping, folder: string, tell: Tell): Promise<NamedPolicy | undefined> {
  const text = (name: string): string | undefined => {
    const node = entryOf(item, name, tell, fields);
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && node.text !== '') return node.text;
    tell(node, `expected a text as "${name}"`);
    return undefined;
  };
  const match = text('match');
  if (match === undefined) tell(item, 'expected "match": a name or a place, in which * stands for any text');
  const given = text('mode');
  const mode = modes.find((one) => one === given);
  if (mode === undefined) tell(item, `expected "mode" as one of ${modes.join(', ')}; found ${given === undefined ? 'none' : JSON.stringify(given)}`);
  const keys = await readKeys(item, folder, tell);
  if (keys.length === 0 && mode !== undefined && mode !== 'off') tell(item, `expected "keys" for the mode ${mode}: a list of files of public keys`);
  const age = text('maxAgeDays');
  if (age !== undefined && !/^[1-9][0-9]{0,4}$/.test(age)) tell(item, `expected "maxAgeDays" as a number of days; found ${JSON.stringify(age)}`);
  const [identity, signatures] = [text('identity'), text('signatures')];
  if (match === undefined || mode === undefined) return undefined;
  return { match, mode, keys, ...(identity === undefined ? {} : { identity }), ...(signatures === undefined ? {} : { signatures }), ...(age === undefined ? {} : { maxAgeDays: Number(age) }) };
}

async function readKeys(item: YamlMapping, folder: string, tell: Tell): Promise<readonly TrustedKey[]> {
  const node = entryOf(item, 'keys', tell, fields);
  if (node === undefined) return [];
  if (node.kind !== 'sequence') {
    tell(node, 'expected "keys" as a list of files');
    return [];
  }
  const keys: TrustedKey[] = [];
  for (const one of node.items) {
    if (one.kind !== 'scalar' || one.text === '') {
      tell(one, 'expected the file of a public key');
      continue;
    }
    try {
      keys.push(await readTrustedKey(resolve(folder, one.text), one.text));
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      tell(one, error.message);
    }
  }
  return keys;
}

/** The value of a field; fields that nobody knows are told once, where the first known one is asked for. */
function entryOf(node: YamlNode, name: string, tell: Tell, known: readonly string[]): YamlNode | undefined {
  if (node.kind !== 'mapping') return undefined;
  if (name === known[0]) {
    for (const { key } of node.entries) if (!known.includes(key.text)) tell(key, `nobody knows the field ${JSON.stringify(key.text)}; there are ${known.join(', ')}`);
  }
  return node.entries.find(({ key }) => key.text === name)?.value;
}

function refuse(file: string, notes: readonly string[]): TrustError {
  return new TrustError('policy', `The policies of ${file} cannot be understood.`, { notes, hint: 'docs/signing.md has the form.' });
}
