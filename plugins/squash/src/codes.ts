// Codes of this plugin with their meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_SQUASH_RECIPE_FORM: 'The input `recipe` is not a package recipe of a known format.',
  COS_SQUASH_DEFINITION: 'The definition of a package cannot be read, or does not hold the package.',
  COS_SQUASH_IMAGES: 'The recipe needs images to take the package from, and they are not among the inputs.',
  COS_SQUASH_PATTERN: 'An item of `includes` or `excludes` is not a regular expression of RE2.',
  COS_SQUASH_PACKAGE_DIR: 'The folder that `package_dir` names is not absolute, or is not in the image.',
  COS_SQUASH_IMAGE_FORM: 'The content of an image cannot be read.',
  COS_SQUASH_METADATA: 'The input `metadata` is not the metadata of a package.',
  COS_SQUASH_ARCHIVE_UNKNOWN: 'A word of the command line is neither an archive nor a package that was built.',
  COS_SQUASH_ARCHIVE_AMBIGUOUS: 'There are several archives of a package.',
  COS_SQUASH_ARCHIVE_FORM: 'A package archive cannot be read.',
} as const;
