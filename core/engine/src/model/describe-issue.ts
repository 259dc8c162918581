// What a schema expected, in words. Libraries put it into fields beside the message, and small builds of them leave the message bare ("Invalid input"), so
// the fields are read where they are known; a message of the schema's author, or of another library, stands as it is.

/** One line: `expected one of "xz", "zstd"`. */
export function describeIssue(issue: { readonly message: string }): string {
  const fields = new Map<string, unknown>(Object.entries(issue));
  const isOwn = issue.message !== '' && !/^(?:invalid (?:input|type|value|option|string|key)|too (?:small|big))(?::|\.?$)/i.test(issue.message);
  return (isOwn ? undefined : expectation(fields)) ?? issue.message.replace(/^Invalid \w+: /, '').replace(/\.$/, '');
}

function expectation(fields: ReadonlyMap<string, unknown>): string | undefined {
  const values = fields.get('values');
  if (Array.isArray(values)) return values.length === 1 ? `expected ${quoted(values)}` : `expected one of ${quoted(values)}`;
  const isStrict = fields.get('inclusive') === false;
  const minimum = numberOf(fields.get('minimum'));
  if (minimum !== undefined) return `expected ${isStrict ? 'more than' : 'at least'} ${minimum}${unitOf(fields.get('origin'), minimum)}`;
  const maximum = numberOf(fields.get('maximum'));
  if (maximum !== undefined) return `expected ${isStrict ? 'less than' : 'at most'} ${maximum}${unitOf(fields.get('origin'), maximum)}`;
  const format = fields.get('format');
  if (typeof format === 'string') {
    const pattern = fields.get('pattern');
    return format === 'regex' ? `expected a text of the form ${String(pattern)}` : `expected ${format.replaceAll('_', ' ')}`;
  }
  const expected = fields.get('expected');
  if (typeof expected === 'string') return `expected ${names.get(expected) ?? expected}`;
  const errors = fields.get('errors');
  if (Array.isArray(errors)) return unionOf(errors);
  const divisor = numberOf(fields.get('divisor'));
  return divisor === undefined ? undefined : `expected a multiple of ${divisor}`;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

/** The alternatives of a union, each by the first thing that it expected. */
function unionOf(alternatives: readonly unknown[]): string | undefined {
  const texts = alternatives.flatMap((alternative): readonly string[] => {
    const first: unknown = Array.isArray(alternative) ? alternative[0] : undefined;
    if (typeof first !== 'object' || first === null || !('message' in first) || typeof first.message !== 'string') return [];
    const path = 'path' in first && Array.isArray(first.path) && first.path.length > 0 ? ` as "${first.path.join('.')}"` : '';
    return [`${describeIssue({ ...first, message: first.message })}${path}`];
  });
  return texts.length === 0 ? undefined : [...new Set(texts)].join(', or ');
}

const names: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
  ['record', 'an object'],
  ['null', 'null'],
  ['undefined', 'nothing'],
]);

function unitOf(origin: unknown, count: number): string {
  const isOne = count === 1;
  if (origin === 'string') return isOne ? ' character' : ' characters';
  if (origin === 'array') return isOne ? ' member' : ' members';
  return '';
}

function quoted(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value) ?? String(value)).join(', ');
}
