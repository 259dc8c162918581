/** The variables of an environment that are let through, where set. */
export function pickEnv(names: readonly string[] | undefined, env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const picked: [string, string][] = [];
  for (const name of names ?? []) {
    const value = env[name];
    if (value !== undefined) picked.push([name, value]);
  }
  return Object.freeze(Object.fromEntries(picked));
}
