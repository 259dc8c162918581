// Types of plain scalars as Go's yaml.v2 gives them (YAML 1.1 with the integers of Go: 0755, 0o755, 0b1, 1_000). No base 60, and
// timestamps stay text.
import { parseFloatText, parseIntText, parseUintText } from '../format/parse-number.ts';
import { GoInt, goInt } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';

const words: ReadonlyMap<string, GoValue> = new Map<string, GoValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, -Infinity] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
]);

export function resolvePlain(text: string): GoValue {
  const known = words.get(text);
  if (known !== undefined) return known;
  if (/^[-+0-9]/.test(text)) return resolveNumber(text.replaceAll('_', '')) ?? text;
  return text.startsWith('.') ? (parseFloatText(text) ?? text) : text;
}

function resolveNumber(plain: string): GoValue | undefined {
  const int = parseIntText(plain, 64);
  if (int !== undefined) return goInt(int);
  const uint = parseUintText(plain, 64);
  if (uint !== undefined) return new GoInt(uint, 'uint64');
  return /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain) ? parseFloatText(plain) : undefined;
}
