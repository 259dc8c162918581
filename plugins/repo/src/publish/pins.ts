import { fingerprintName, imageId, parseYaml, type Identity, type YamlNode } from '@cos/luet';

/** What lock files and configurations of others name. */
export interface Pins {
  readonly holdsPackage: (one: Identity) => boolean;
  readonly holdsSnapshot: (id: string) => boolean;
}

/**
 * Reads texts for what they name, whatever their form: a package as `category/name@version`, as `name-category-version` or at the end of a reference of an
 * image, or in YAML and JSON as a mapping with category, name and version; a snapshot as `<id>-repository.yaml`.
 */
export function readPins(texts: readonly string[]): Pins {
  const words = new Set(texts.flatMap((text) => text.split(/[\s"'`,;[\](){}<>=|]+/).map((word) => word.replace(/[:.]+$/, ''))));
  const tails = new Set([...words].map((word) => word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf(':')) + 1).replace(/\.(?:package\.tar(?:\.gz|\.zst)?|metadata\.yaml)$/, '')));
  const mappings = new Set(texts.flatMap((text) => identitiesIn(parseYaml({ text, file: '' }).root)));
  return {
    holdsPackage: (one) => words.has(`${one.category}/${one.name}@${one.version}`) || tails.has(fingerprintName(one)) || tails.has(imageId(one)) || mappings.has(keyOf(one)),
    holdsSnapshot: (id) => tails.has(`${id}-repository.yaml`),
  };
}

function identitiesIn(root: YamlNode | undefined): readonly string[] {
  const found: string[] = [];
  const enter = (node: YamlNode): void => {
    if (node.kind === 'sequence') for (const item of node.items) enter(item);
    if (node.kind !== 'mapping') return;
    const text = (key: string): string | undefined => {
      const value = node.entries.find((entry) => entry.key.text.toLowerCase() === key)?.value;
      return value?.kind === 'scalar' ? value.text : undefined;
    };
    const [category, name, version] = [text('category'), text('name'), text('version')];
    if (category !== undefined && name !== undefined && version !== undefined) found.push(keyOf({ category, name, version }));
    for (const { value } of node.entries) enter(value);
  };
  if (root !== undefined) enter(root);
  return found;
}

function keyOf({ category, name, version }: Identity): string {
  return JSON.stringify([category, name, version]);
}
