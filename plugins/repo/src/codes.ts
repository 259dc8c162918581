// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_REPO_METADATA: 'The metadata of a package cannot be read.',
  COS_REPO_NO_ARCHIVE: 'There is metadata of a package, but no archive.',
  COS_REPO_NO_METADATA: 'There is an archive of a package, but no metadata.',
  COS_REPO_MISMATCH: 'Archive and metadata of a package do not belong together.',
  COS_REPO_DUPLICATE: 'A package is given twice.',
  COS_REPO_NAME_COLLISION: 'Two packages would have the same file name or the same image tag.',
  COS_REPO_BAD_NAME: 'The name, category or version of a package cannot be part of a path.',
  COS_REPO_TREE: 'A package tree is not a folder of files, folders and links.',
  COS_REPO_TREE_NAMES: 'There are more or fewer names than package trees.',
  COS_REPO_PREVIOUS: 'The repository that this one follows cannot be read.',
  COS_REPO_PLACE: 'The place to publish to is neither an absolute folder nor an image repository.',
  COS_REPO_CHANGED: 'A version that is published has other content here.',
  COS_REPO_PUBLISHED: 'What is published cannot be read.',
  COS_REPO_KEY: 'The key that signs what is published cannot be used.',
  COS_REPO_STATEMENT: 'What is said of something that is published cannot be attached to it.',
  COS_REPO_UNTRUSTED: 'What is published is not signed by the key that would sign what is added.',
  COS_REPO_SNAPSHOT: 'A snapshot of this name is published already.',
  COS_REPO_REGISTRY: 'A registry refuses, fails or does not answer.',
  COS_REPO_FOLDER: 'The folder to publish to cannot be written.',
  COS_REPO_BUSY: 'Others publish to the same place all the time.',
} as const;

export type RepoCode = keyof typeof codes;
