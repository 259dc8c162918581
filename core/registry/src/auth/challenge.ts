/** One way to authenticate that a server offers. */
export interface Challenge {
  /** Lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads a `WWW-Authenticate` header, also one of several challenges. Format: RFC 9110, 11.6.1: a comma separates both parameters and challenges,
 * and quoted values may have commas. What does not have that form ends the list.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = header;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    const parameter = /^([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w:/?-]*))/.exec(rest);
    const current = challenges.at(-1);
    if (parameter !== null && current !== undefined) {
      const [all, name = '', quoted, bare = ''] = parameter;
      current.parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'));
      rest = rest.slice(all.length);
      continue;
    }
    const scheme = /^([!#$%&'*+.^_`|~\w-]+)(?=[\s,]|$)/.exec(rest)?.[1];
    if (scheme === undefined) return challenges;
    challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    rest = rest.slice(scheme.length);
  }
}
