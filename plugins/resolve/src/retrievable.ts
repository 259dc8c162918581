import type { RenderedPackage, ResolvedPackage } from '@cos/luet';

/** What `retrieve` of a recipe may mean beside files of the package's folder. */
export interface RetrievableArchives {
  /** As they are written. */
  readonly globs: readonly string[];
  /** Fingerprint names of the packages whose archives they are matched with, in the order of building. */
  readonly packages: readonly string[];
}

/**
 * The packages that one requires for building, directly or through others: luet matches `retrieve` with what lies in the folder of archives, which is what was
 * built before; that these were is certain, whatever else was asked for. Undefined for a recipe without `retrieve`.
 */
export function retrievableArchives({ spec, chain, fingerprintName, finalRequires }: ResolvedPackage, rendered: ReadonlyMap<string, RenderedPackage>): RetrievableArchives | undefined {
  if (spec.retrieve.length === 0) return undefined;
  const elements = chain.flatMap((element) => rendered.get(element.fingerprintName) ?? []);
  const wanted = new Set(finalRequires);
  const visit = (one: RenderedPackage | undefined): void => {
    for (const { category, name } of one?.buildRequires ?? []) {
      const found = elements.find(({ package: { definition }, provides }) => [definition, ...provides].some((each) => each.category === category && each.name === name));
      if (found === undefined || wanted.has(found.package.fingerprintName)) continue;
      wanted.add(found.package.fingerprintName);
      visit(found);
    }
  };
  visit(rendered.get(fingerprintName));
  const order = [...finalRequires, ...elements.map((one) => one.package.fingerprintName)];
  return { globs: spec.retrieve, packages: [...new Set(order)].filter((name) => wanted.has(name) && name !== fingerprintName) };
}
