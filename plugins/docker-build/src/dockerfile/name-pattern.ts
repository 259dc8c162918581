/**
 * Tests names against one part of a path in COPY: `*`, `?`, `[a-z]`, `[^a]`, and a backslash that takes the meaning of the next character away. Undefined
 * when the pattern is not well formed. Format: Go's path/filepath.Match.
 */
export function namePattern(pattern: string): ((name: string) => boolean) | undefined {
  let expression = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '*') expression += '.*';
    else if (character === '?') expression += '.';
    else if (character === '[') {
      const [whole = '', negation = '', members = ''] = /^\[(\^?)((?:\\.|[^\]\\])+)\]/su.exec(pattern.slice(at)) ?? [];
      if (whole === '') return undefined;
      expression += `[${negation}${members.replace(/\\(.)|[[&~|]/gsu, (found: string, escaped?: string) => escapeLiteral(escaped ?? found, 'brackets'))}]`;
      at += whole.length - 1;
    } else if (character === '\\') {
      at += 1;
      if (at >= pattern.length) return undefined;
      expression += escapeLiteral(pattern[at] ?? '');
    } else expression += escapeLiteral(character);
  }
  try {
    const compiled = new RegExp(`^(?:${expression})$`, 'su');
    return (name) => compiled.test(name);
  } catch {
    // A range such as [z-a].
    return undefined;
  }
}

/** Outside of brackets a hyphen is none of the characters that may be escaped. */
function escapeLiteral(text: string, where: 'brackets' | 'outside' = 'outside'): string {
  return (where === 'brackets' ? /^[\^$\\.*+?()[\]{}|/-]$/ : /^[\^$\\.*+?()[\]{}|/]$/).test(text) ? `\\${text}` : text;
}
