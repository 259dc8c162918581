// Letters as Go's package unicode sees them: one code point becomes one code point (JavaScript would turn ß into SS).

const spaces = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;
const digraphs: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ', ǅ: 'ǅ', ǆ: 'ǅ', Ǉ: 'ǈ', ǈ: 'ǈ', ǉ: 'ǈ', Ǌ: 'ǋ', ǋ: 'ǋ', ǌ: 'ǋ', Ǳ: 'ǲ', ǲ: 'ǲ', ǳ: 'ǲ',
};

export function isSpace(character: string): boolean {
  return spaces.test(character);
}

export function isUpper(character: string): boolean {
  return /^\p{Lu}$/u.test(character);
}

export function isLower(character: string): boolean {
  return /^\p{Ll}$/u.test(character);
}

export function upperCharacter(character: string): string {
  const upper = character.toUpperCase();
  if (Array.from(upper).length === 1) return upper;
  const code = character.codePointAt(0) ?? 0;
  // Greek letters with iota subscript have a capital of their own.
  if (code >= 0x1f80 && code <= 0x1faf && (code & 8) === 0) return String.fromCodePoint(code + 8);
  return code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3 ? String.fromCodePoint(code + 9) : character;
}

export function lowerCharacter(character: string): string {
  if (character === 'İ') return 'i';
  const lower = character.toLowerCase();
  return Array.from(lower).length === 1 ? lower : character;
}

export function titleCharacter(character: string): string {
  return digraphs[character] ?? (/^[\u10d0-\u10ff]$/.test(character) ? character : upperCharacter(character));
}

export function upper(text: string): string {
  return mapCharacters(text, upperCharacter);
}

export function lower(text: string): string {
  return mapCharacters(text, lowerCharacter);
}

export function mapCharacters(text: string, map: (character: string) => string): string {
  let result = '';
  for (const character of text) result += map(character);
  return result;
}

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  return trimWhere(text, isSpace);
}

/** `strings.TrimFunc`. */
export function trimWhere(text: string, drop: (character: string) => boolean): string {
  const characters = Array.from(text);
  const first = characters.findIndex((character) => !drop(character));
  if (first < 0) return '';
  const last = characters.findLastIndex((character) => !drop(character));
  return characters.slice(first, last + 1).join('');
}
