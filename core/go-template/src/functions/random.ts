// sprig: randomness, from the caller's source only. Results have sprig's shape; which characters come out depends on the source alone.
import { Buffer } from 'node:buffer';
import { GoPanic } from '../values/panic.ts';
import { goInt } from '../values/value.ts';
import type { FunctionContext } from './context.ts';
import { contextual } from './define.ts';
import type { FunctionTable, TemplateFunction } from './define.ts';

const digits = '0123456789';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

export const random: FunctionTable = {
  randAlphaNum: characters(letters + digits),
  randAlpha: characters(letters),
  randNumeric: characters(digits),
  randAscii: characters(printable),
  shuffle: contextual(['string'], shuffle),
  uuidv4: contextual([], ({ random: source }) => uuid(source(16))),
};

/** Since sprig 3.2. */
export const randomSince32: FunctionTable = {
  randBytes: contextual(['int'], ({ meter, random: source }, count) => {
    if (count < 0) throw new GoPanic('runtime error: makeslice: len out of range');
    meter.reserve(count);
    return Buffer.from(source(count)).toString('base64');
  }),
  randInt: contextual(['int', 'int'], (context, low, high) => {
    if (high <= low) throw new GoPanic('invalid argument to Intn');
    return goInt(low + below(context, high - low));
  }),
};

function characters(alphabet: string): TemplateFunction {
  return contextual(['int'], (context, count) => {
    context.meter.reserve(Math.max(0, count));
    let text = '';
    for (let i = 0; i < count; i++) text += alphabet[below(context, alphabet.length)] ?? '';
    return text;
  });
}

function shuffle(context: FunctionContext, text: string): string {
  const shuffled = Array.from(text);
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = below(context, last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] ?? '', shuffled[last] ?? ''];
  }
  return shuffled.join('');
}

function uuid(bytes: Uint8Array): string {
  const marked = Uint8Array.from(bytes, (byte, index) => (index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte));
  return Buffer.from(marked).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A number from 0 to `limit` - 1, all equally likely. */
function below({ random: source }: FunctionContext, limit: number): number {
  const bound = Math.floor(2 ** 48 / limit) * limit;
  for (let tries = 0; tries < 100; tries++) {
    const value = Buffer.from(source(6)).readUIntBE(0, 6);
    if (value < bound) return value % limit;
  }
  throw new GoPanic('the source of randomness gives the same bytes again and again');
}
