import { suggest } from '../errors/did-you-mean.ts';

/** A hint for a flag that nobody knows; `see` names the help to read when nothing is near. */
export function flagHint(word: string, flags: readonly string[], see: string): string {
  const near = suggest(word.replace(/^--?/, '').replace(/=.*$/s, ''), flags);
  return near.length > 0 ? `Did you mean ${near.map((flag) => `--${flag}`).join(' or ')}?` : `See \`${see}\`.`;
}
