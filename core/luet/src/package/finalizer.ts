// finalize.yaml: commands that run in the target's root after a package is unpacked.
// `uninstall` is read by luet and never run.

import { Decoder, fieldsOf } from '../decode.ts';
import type { Strictness } from '../decode.ts';
import type { Problem } from '../problem.ts';
import type { YamlNode } from '../yaml.ts';

export interface Finalizer {
  /** Interpreter and its arguments; empty = `sh -c`. */
  readonly shell: readonly string[];
  readonly install: readonly string[];
  readonly uninstall: readonly string[];
}

export function readFinalizer(root: YamlNode | undefined, strictness: Extract<Strictness, 'data' | 'lenient'> = 'lenient'): { readonly finalizer: Finalizer; readonly problems: readonly Problem[] } {
  const decoder = new Decoder(strictness);
  const mapping = root === undefined ? undefined : decoder.mapping(root, 'finalize.yaml');
  const fields =
    mapping === undefined
      ? undefined
      : fieldsOf(decoder, mapping, ['shell', 'install', 'uninstall'], (entry, suggestion) => {
          const details = suggestion === undefined ? {} : { hint: `did you mean "${suggestion}"?` };
          decoder.warn('LUET_UNKNOWN_KEY', `unknown key "${entry.key.text}" in a finalizer`, entry.key.at, details);
        });
  const texts = (key: string): string[] => {
    const entry = fields?.get(key);
    return entry === undefined ? [] : decoder.texts(entry.value, key);
  };
  const finalizer = { shell: texts('shell'), install: texts('install'), uninstall: texts('uninstall') };
  return { finalizer, problems: decoder.problems };
}
