// Fields of package objects and what YAML calls them.

const same = (...names: readonly string[]): (readonly [string, string])[] => names.map((name) => [name, name]);

/** Those of definition.yaml, without its relations. */
export const DEFINITION_FIELDS: ReadonlyMap<string, string> = new Map([
  ...same('category', 'name', 'version', 'provides', 'hidden', 'labels', 'annotations', 'description', 'license', 'uri'),
  ['useFlags', 'use_flags'],
]);

/** The relations of definition.yaml. */
export const RUNTIME_FIELDS: ReadonlyMap<string, string> = new Map(same('requires', 'conflicts'));

/** Those of build.yaml. */
export const BUILD_FIELDS: ReadonlyMap<string, string> = new Map([
  ...same('image', 'requires', 'conflicts', 'copy', 'env', 'prelude', 'steps', 'unpack', 'includes', 'excludes', 'retrieve', 'subpackages', 'seed'),
  ['requiresFinalImages', 'requires_final_images'],
  ['packageDir', 'package_dir'],
]);

export const SUBPACKAGE_FIELDS: ReadonlyMap<string, string> = new Map(
  same('category', 'name', 'version', 'requires', 'conflicts', 'provides', 'hidden', 'description', 'license', 'labels', 'annotations', 'includes', 'excludes'),
);

export const COPY_FIELDS: ReadonlyMap<string, string> = new Map(same('package', 'image', 'source', 'destination'));
export const REFERENCE_FIELDS: ReadonlyMap<string, string> = new Map(same('category', 'name', 'version'));
export const FINALIZER_FIELDS: ReadonlyMap<string, string> = new Map(same('shell', 'install', 'uninstall'));

/** What no file of a package says. */
export const OTHER_FIELDS: readonly string[] = ['runtime', 'finalizer', 'context', 'files'];
