// Extent of a number. It need not be a valid one (`0x`, `1__0`): the parser decides that.
import { quote } from '../format/quote.ts';
import { isAlphanumeric, next, peek } from './lexer.ts';
import type { Lexer } from './lexer.ts';

type Scanned = { readonly ok: true; readonly type: 'number' | 'complex' } | { readonly ok: false; readonly message: string };

export function scanNumber(lexer: Lexer): Scanned {
  if (!scanReal(lexer)) return bad(lexer);
  const sign = peek(lexer);
  if (sign !== '+' && sign !== '-') return { ok: true, type: 'number' };
  // A complex number: 1+2i, without spaces.
  if (!scanReal(lexer) || lexer.input[lexer.position - 1] !== 'i') return bad(lexer);
  return { ok: true, type: 'complex' };
}

function bad(lexer: Lexer): Scanned {
  return { ok: false, message: `bad number syntax: ${quote(lexer.input.slice(lexer.start, lexer.position))}` };
}

function scanReal(lexer: Lexer): boolean {
  accept(lexer, '+-');
  let digits = '0123456789_';
  let base = 10;
  if (accept(lexer, '0')) {
    if (accept(lexer, 'xX')) [digits, base] = ['0123456789abcdefABCDEF_', 16];
    else if (accept(lexer, 'oO')) [digits, base] = ['01234567_', 8];
    else if (accept(lexer, 'bB')) [digits, base] = ['01_', 2];
  }
  acceptRun(lexer, digits);
  if (accept(lexer, '.')) acceptRun(lexer, digits);
  if ((base === 10 && accept(lexer, 'eE')) || (base === 16 && accept(lexer, 'pP'))) {
    accept(lexer, '+-');
    acceptRun(lexer, '0123456789_');
  }
  accept(lexer, 'i');
  if (!isAlphanumeric(peek(lexer))) return true;
  next(lexer);
  return false;
}

function accept(lexer: Lexer, characters: string): boolean {
  const character = peek(lexer);
  if (character === '' || !characters.includes(character)) return false;
  next(lexer);
  return true;
}

function acceptRun(lexer: Lexer, characters: string): void {
  while (accept(lexer, characters));
}
