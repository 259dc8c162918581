type Names<Of extends readonly unknown[]> = readonly string[] | ((...of: Of) => readonly string[]) | undefined;

/** Variables that are declared by a list, or by a function of options. */
export function declaredNames<const Of extends readonly unknown[]>(env: Names<Of>, ...of: Of): readonly string[] {
  return typeof env === 'function' ? env(...of) : (env ?? []);
}

/** The variables of an environment that are let through, where set. */
export function pickEnv(names: readonly string[] | undefined, env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const picked: [string, string][] = [];
  for (const name of names ?? []) {
    const value = env[name];
    if (value !== undefined) picked.push([name, value]);
  }
  return Object.freeze(Object.fromEntries(picked));
}
