/** Names of the variables that a template in JSON form declares without a default, sorted; empty when the text is no such template. */
export function variablesWithoutDefault(json: string): readonly string[] {
  const variables = mapOf(mapOf(parse(json)).get('variable'));
  return [...variables].filter(([, declared]) => !mapOf(declared).has('default')).map(([name]) => name).filter((name) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)).sort();
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Packer itself tells what is wrong with the text.
    return undefined;
  }
}

function mapOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []);
}
