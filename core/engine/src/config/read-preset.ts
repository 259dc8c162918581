import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CosError } from '../errors/cos-error.ts';
import { markSite } from '../errors/declared-at.ts';
import type { Values } from '../model/distribution.ts';
import { readYaml } from './yaml.ts';

export interface PresetOptions {
  /** Keys whose lists become texts, joined by blanks, because templates print them: `zypper in {{ .Values.packages }}`. */
  readonly words?: readonly string[];
  /** A preset whose texts of these keys come before those of this one: what a platform adds to what all platforms have. */
  readonly after?: Values;
}

/**
 * Reads a values file that comes with a distribution. The type is the author's word for what the file holds: presets are data of a package, checked by
 * its tests, not input of a user. Throws a CosError when the file is no YAML map.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function readPreset<V extends Values>(url: URL, { words = [], after = {} }: PresetOptions = {}): V {
  const file = fileURLToPath(url);
  const document = readYaml(readFileSync(file, 'utf8'), file, 'COS_CONFIG_VALUES');
  if (!document.ok) throw new CosError(document.failures);
  const { value } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CosError({ code: 'COS_CONFIG_VALUES', severity: 'error', message: 'Expected a map of values; found something else.', place: { file } });
  }
  const entries = Object.entries(value).map(([key, found]: [string, unknown]) => [key, words.includes(key) && Array.isArray(found) ? join(after[key], found) : found] as const);
  return markSite(Object.fromEntries(entries), `${file}:1`) as V;
}

function join(before: unknown, list: readonly unknown[]): string {
  return [...(typeof before === 'string' && before !== '' ? [before] : []), ...list.map(String)].join(' ');
}
