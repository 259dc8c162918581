// A tree with one mistake, and exactly what has to be said about it. Every tree also has the packages of `sound`: the mistake must not
// make them wrong, and whatever depends on the broken part must not be reported as well.

export interface BrokenTree {
  readonly name: string;
  /** Path below the tree → text, beside and instead of the files of `sound`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Path below the tree → target of a symbolic link. */
  readonly links?: Readonly<Record<string, string>>;
  /** Texts of values files, the strongest last; they are called values-0.yaml and so on. */
  readonly values?: readonly string[];
  /** All problems: `severity CODE file:line:column`. */
  readonly expect: readonly string[];
  /** Words that the first message, or its hint, must have. */
  readonly says?: readonly string[];
}

export function definition(name: string, version = '1.0', rest = ''): string {
  return `name: "${name}"\ncategory: "t"\nversion: "${version}"\n${rest}`;
}

/** `requires('lib', 'tool@>=2')` */
export function requires(...names: readonly string[]): string {
  const items = names.map((one) => {
    const [name = '', version = '>=0'] = one.split('@');
    return `- name: "${name}"\n  category: "t"\n  version: "${version}"\n`;
  });
  return `requires:\n${items.join('')}`;
}

export const sound: Readonly<Record<string, string>> = {
  'base/definition.yaml': definition('base'),
  'base/build.yaml': 'image: "debian:12"\nsteps:\n- echo base\n',
  'app/definition.yaml': definition('app', '1.0', requires('base')),
  'app/build.yaml': `${requires('base')}steps:\n- make\n`,
  'top/definition.yaml': definition('top', '1.0', requires('app')),
  'top/build.yaml': requires('app'),
};
