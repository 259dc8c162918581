import type { BuildSpec, CopyItem, PackageReference } from '@cos/luet';

// The rendered recipe as it travels from this plugin to those that build and pack: canonical JSON (fixed key order, no positions), so that an edit that
// does not change what is built does not change a byte of it.

export interface RecipeIdentity {
  readonly category: string;
  readonly name: string;
  readonly version: string;
}

/** Writes a recipe; the text ends with a newline. */
export function writeRecipe(identity: RecipeIdentity, spec: BuildSpec): string {
  const unmeant = spec.copy.flatMap((item, index) => (isMeant(item) ? [] : [{ index, ...plainCopy(item) }]));
  const recipe = {
    format: 1,
    category: identity.category,
    name: identity.name,
    version: identity.version,
    image: spec.image,
    requires: spec.requires.map(plainReference),
    requiresFinalImages: spec.requiresFinalImages,
    prelude: spec.prelude,
    steps: spec.steps,
    env: spec.env,
    copy: spec.copy.filter(isMeant).map(plainCopy),
    // Nothing is copied for these; luet's tags cover them all the same.
    ...(unmeant.length === 0 ? {} : { unmeantCopy: unmeant }),
    retrieve: spec.retrieve,
    unpack: spec.unpack,
    packageDir: spec.packageDir,
    includes: spec.includes,
    excludes: spec.excludes,
    seed: spec.seed,
  };
  return `${JSON.stringify(recipe, null, 2)}\n`;
}

/** Without a version no package is meant. */
function isMeant(item: CopyItem): boolean {
  return item.package?.version !== '';
}

function plainCopy(item: CopyItem) {
  return {
    ...(item.package === undefined ? { image: item.image ?? '' } : { package: plainReference(item.package) }),
    source: item.source,
    destination: item.destination,
  };
}

function plainReference({ category, name, version }: PackageReference): RecipeIdentity {
  return { category, name, version };
}
