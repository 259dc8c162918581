// Problems of the config have no text range to underline, so what `define*` makes remembers the line that made it. The mark is a registered symbol: the
// config may import another copy of this package than the command runs.

const mark = Symbol.for('cos.declaredAt');

/** Marks the object with a call site; the mark is not enumerable. */
export function markSite<T extends object>(value: T, site: string | undefined): T {
  return site === undefined ? value : Object.defineProperty(value, mark, { value: site });
}

/** The call site that made the object, as `file:line:column`. */
export function siteOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !(mark in value)) return undefined;
  return typeof value[mark] === 'string' ? value[mark] : undefined;
}
