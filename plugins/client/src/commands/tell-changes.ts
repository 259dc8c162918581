import { labelOf, type Changes } from '@cos/client';

/** A line for each package that was installed, upgraded or removed. */
export function tellChanges({ install: added, replace }: Changes, print: (line: string) => void): void {
  const nameOf = ({ category, name }: { readonly category: string; readonly name: string }): string => `${category}/${name}`;
  const before = new Map(replace.map((one) => [nameOf(one), one]));
  for (const { definition } of added) {
    const old = before.get(nameOf(definition));
    before.delete(nameOf(definition));
    print(old === undefined ? `installed ${labelOf(definition)}` : `upgraded ${labelOf(old)} to ${definition.version}`);
  }
  for (const one of before.values()) print(`removed ${labelOf(one)}`);
  if (added.length === 0 && replace.length === 0) print('nothing to do');
}
