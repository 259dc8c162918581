// Canonical bytes of plain data: typed and length-prefixed, so that no two values share an encoding; keys in code-unit order, so that the order of
// writing does not show. Whatever JSON cannot hold exactly is refused, for it would be lost silently.

/** Encodes plain data. Throws (a bug of the caller) for undefined, functions, non-finite numbers, lone surrogates, class instances and cycles. */
export function encodeCanonical(value: unknown): Uint8Array {
  const parts: Buffer[] = [];
  encode(value, parts, '$', 0);
  return Buffer.concat(parts);
}

const deepest = 1000;

function encode(value: unknown, parts: Buffer[], path: string, depth: number): void {
  if (depth > deepest) throw new TypeError(`Internal error: ${path.slice(0, 80)}... is nested deeper than ${deepest} or holds itself`);
  if (value === null) parts.push(Buffer.from('n'));
  else if (value === true) parts.push(Buffer.from('t'));
  else if (value === false) parts.push(Buffer.from('f'));
  else if (typeof value === 'string') pushText('s', value, parts, path);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`Internal error: ${path} is ${value}, which JSON cannot hold`);
    // JSON has one zero.
    pushText('d', String(Object.is(value, -0) ? 0 : value), parts, path);
  } else if (Array.isArray(value)) {
    parts.push(Buffer.from(`a${value.length}:`));
    for (let index = 0; index < value.length; index += 1) encode(value[index], parts, `${path}[${index}]`, depth + 1);
  } else if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    parts.push(Buffer.from(`o${entries.length}:`));
    for (const [key, item] of entries) {
      pushText('s', key, parts, path);
      encode(item, parts, `${path}.${key}`, depth + 1);
    }
  } else throw new TypeError(`Internal error: ${path} is ${typeof value === 'object' ? 'an instance of a class' : typeof value}, which is no plain data`);
}

function pushText(tag: string, text: string, parts: Buffer[], path: string): void {
  if (!text.isWellFormed()) throw new TypeError(`Internal error: ${path} has half of a surrogate pair`);
  const bytes = Buffer.from(text, 'utf8');
  parts.push(Buffer.from(`${tag}${bytes.length}:`), bytes);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0;
}
