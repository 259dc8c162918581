// Escaping for HTML, JavaScript and URL queries, as package text/template does it.
import { toBytes } from '../values/bytes.ts';
import { isPrintable } from '../format/quote.ts';

export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (character) => htmlEscapes[character] ?? character);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\uFFFD', '"': '&#34;', "'": '&#39;', '&': '&amp;', '<': '&lt;', '>': '&gt;',
};

export function escapeJavaScript(text: string): string {
  let result = '';
  for (const character of text) result += javaScriptEscapes[character] ?? escapeCharacter(character);
  return result;
}

const javaScriptEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\', "'": "\\'", '"': '\\"', '<': '\\u003C', '>': '\\u003E', '&': '\\u0026', '=': '\\u003D',
};

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && (code < 0x7f || isPrintable(character))) return character;
  return code === 0x7f ? character : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** `url.QueryEscape`: space becomes +. */
export function escapeQuery(text: string): string {
  return escapeBytes(text, /[A-Za-z0-9\-_.~]/).replaceAll('%20', '+');
}

/** Percent-escapes all bytes but those that match. */
export function escapeBytes(text: string, keep: RegExp): string {
  let result = '';
  for (const byte of toBytes(text)) {
    const character = String.fromCharCode(byte);
    result += byte < 0x80 && keep.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}
