import type { BuildSpec, PackageReference } from '@cos/luet';

// The rendered recipe as it travels from this plugin to those that build and pack: canonical JSON (fixed key order, no positions), so that an edit that
// does not change what is built does not change a byte of it.

export interface RecipeIdentity {
  readonly category: string;
  readonly name: string;
  readonly version: string;
}

/** Writes a recipe; the text ends with a newline. */
export function writeRecipe(identity: RecipeIdentity, spec: BuildSpec): string {
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
    // Without a version nothing is meant, and nothing is copied.
    copy: spec.copy.filter((item) => item.package?.version !== '').map((item) => ({
      ...(item.package === undefined ? { image: item.image ?? '' } : { package: plainReference(item.package) }),
      source: item.source,
      destination: item.destination,
    })),
    retrieve: spec.retrieve,
    unpack: spec.unpack,
    packageDir: spec.packageDir,
    includes: spec.includes,
    excludes: spec.excludes,
    seed: spec.seed,
  };
  return `${JSON.stringify(recipe, null, 2)}\n`;
}

function plainReference({ category, name, version }: PackageReference): RecipeIdentity {
  return { category, name, version };
}
