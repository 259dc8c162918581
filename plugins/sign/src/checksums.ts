import { problem } from './problem.ts';

/** One line of a list of checksums. `hex`: 64 digits of SHA-256. */
export interface Checksum {
  readonly hex: string;
  readonly name: string;
}

/** The text that `sha256sum -c` reads, sorted by name. Throws COS_SIGN_BAD_NAME for names that cannot stand in it or stand in it twice. */
export function formatChecksums(checksums: readonly Checksum[]): string {
  const seen = new Set<string>();
  for (const { name } of checksums) {
    checkName(name);
    if (seen.has(name)) throw problem('COS_SIGN_BAD_NAME', `The name ${JSON.stringify(name)} stands twice in a list of checksums.`, 'Give each file a name of its own.');
    seen.add(name);
  }
  const sorted = [...checksums].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ hex, name }) => `${hex}  ${name}\n`).join('');
}

/** Pairs files with their names. Throws COS_SIGN_NAME_COUNT when their numbers differ. */
export function nameFiles(files: readonly { readonly digest: string }[], names: readonly string[], port: string): readonly Checksum[] {
  if (files.length !== names.length) {
    throw problem('COS_SIGN_NAME_COUNT', `"names.${port}" has ${names.length} names, but there are ${files.length} ${port}.`, `Give one name for each of the ${port}, in the same order.`);
  }
  return files.map((file, index) => ({ hex: file.digest.replace(/^sha256:/, ''), name: names[index] ?? '' }));
}

function checkName(name: string): void {
  const isPlain = /^[^\p{Cc}\\]+$/u.test(name) && !name.startsWith('/') && !name.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (isPlain) return;
  throw problem('COS_SIGN_BAD_NAME', `${JSON.stringify(name)} cannot stand in a list of checksums: expected a relative path without "..", backslashes and control characters.`, 'Name the file as it is published.');
}
