/** Whom an option is about: a package as `category/name`, or all of them. */
export function isPackageKey(text: string): boolean {
  return text === '*' || /^[^/@\s*]+\/[^/@\s*]+$/.test(text);
}

export function packageKey({ category, name }: { readonly category: string; readonly name: string }): string {
  return `${category}/${name}`;
}
