import { licenseExceptions, licenseIds } from './license-ids.ts';

/** What a package declares: an expression that programs understand, or words. */
export type DeclaredLicense =
  | { readonly form: 'expression'; readonly text: string; /** Identifiers of licences that the package itself names, `LicenseRef-…`. */ readonly own: readonly string[] }
  | { readonly form: 'words'; readonly text: string };

/**
 * Tells whether a text is a licence expression of SPDX with identifiers that are known. Format: SPDX Specification 2.3, annex D. Identifiers count as they
 * are written in the list; where a package declares anything else, its words are kept and nothing is guessed.
 */
export function readLicense(text: string): DeclaredLicense | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const tokens = trimmed.match(/[()]|[^\s()]+/g) ?? [];
  const own = new Set<string>();
  return tokens.length <= MAX_TOKENS && isExpression(tokens, own) ? { form: 'expression', text: tokens.join(' ').replaceAll('( ', '(').replaceAll(' )', ')'), own: [...own].sort() } : { form: 'words', text: trimmed };
}

const MAX_TOKENS = 1000;

/** Between two operands stands an operator; brackets are closed in order; an exception stands behind WITH and a licence. */
function isExpression(tokens: readonly string[], own: Set<string>): boolean {
  let depth = 0;
  let expected: 'operand' | 'operator' = 'operand';
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (expected === 'operand') {
      if (token === '(') {
        depth += 1;
        continue;
      }
      if (!isLicense(token, own)) return false;
      if (tokens[at + 1] === 'WITH') {
        if (!licenseExceptions.has(tokens[at + 2] ?? '')) return false;
        at += 2;
      }
      expected = 'operator';
      continue;
    }
    if (token === ')') {
      depth -= 1;
      if (depth < 0) return false;
      continue;
    }
    if (token !== 'AND' && token !== 'OR') return false;
    expected = 'operand';
  }
  return depth === 0 && expected === 'operator';
}

function isLicense(token: string, own: Set<string>): boolean {
  if (/^LicenseRef-[A-Za-z0-9.-]+$/.test(token)) {
    own.add(token);
    return true;
  }
  return licenseIds.has(token.endsWith('+') ? token.slice(0, -1) : token);
}
