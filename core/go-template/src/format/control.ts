/** ASCII control characters: U+0000 to U+001F and U+007F. */
export function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || code === 0x7f;
}

/** Replaces what matches, and all control characters. */
export function escapeCharacters(text: string, special: RegExp, escape: (character: string) => string): string {
  let result = '';
  for (const character of text) result += isControl(character) || special.test(character) ? escape(character) : character;
  return result;
}
