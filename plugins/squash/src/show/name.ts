/** A path as it is shown to people: what would steer a terminal, and bytes that are no text, are escaped. */
export function showName(path: string): string {
  // The pattern is about control characters.
  // oxlint-disable-next-line no-control-regex
  return path.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff\\]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\') return '\\\\';
    // Lone surrogates stand for bytes that are not UTF-8, see `decodeName`.
    return `\\x${(code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code).toString(16).padStart(2, '0')}`;
  });
}
