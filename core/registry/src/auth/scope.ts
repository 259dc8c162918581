/** What a token is to allow. */
export interface Scope {
  readonly repository: string;
  readonly actions: readonly ('pull' | 'push' | 'delete')[];
}

/**
 * The scopes of a token request: the own ones and those of a challenge, with the actions of one resource together, in a fixed order, so that
 * the same need always finds the same token. Format: distribution's "Token Scope Documentation".
 */
export function scopeTexts(scopes: readonly Scope[], challenged: string | undefined): readonly string[] {
  const actions = new Map<string, Set<string>>();
  const add = (resource: string, list: readonly string[]): void => {
    const known = actions.get(resource) ?? new Set();
    for (const action of list) known.add(action);
    actions.set(resource, known);
  };
  for (const scope of scopes) add(`repository:${scope.repository}`, scope.actions);
  for (const text of (challenged ?? '').split(' ')) {
    const colon = text.lastIndexOf(':');
    if (colon > 0) add(text.slice(0, colon), text.slice(colon + 1).split(','));
  }
  return [...actions].map(([resource, list]) => `${resource}:${[...list].sort().join(',')}`).sort();
}
