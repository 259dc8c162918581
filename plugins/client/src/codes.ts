// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_CLIENT_NOT_FOUND: 'A repository does not have an object.',
  COS_CLIENT_UNREACHABLE: 'A repository does not answer, or not as it should.',
  COS_CLIENT_CORRUPT: 'What a repository gives is not what its index names.',
  COS_CLIENT_FORMAT: 'A file of a repository or a configuration cannot be understood.',
  COS_CLIENT_LIMIT: 'Something of a repository is larger than it may be.',
  COS_CLIENT_UNKNOWN_PACKAGE: 'No repository has a package that is asked for or required.',
  COS_CLIENT_UNSATISFIABLE: 'The requirements of packages contradict each other.',
  COS_CLIENT_NOT_INSTALLED: 'A package is not in the root.',
  COS_CLIENT_REQUIRED: 'A package cannot be removed, because another one requires it.',
  COS_CLIENT_FILE_CONFLICT: 'Files are in the way of a package.',
  COS_CLIENT_UNSAFE: 'An archive or a root would lead out of the root.',
  COS_CLIENT_UNSUPPORTED: 'The host cannot make what a package holds, or the file that is asked for.',
  COS_CLIENT_BUSY: 'Another command works on the root.',
  COS_CLIENT_FINALIZER: 'A finalizer failed; its package is installed.',
  COS_CLIENT_STATE: 'The record of what is installed cannot be read.',
  COS_CLIENT_NO_REPOSITORY: 'No repository is given or configured.',
  COS_CLIENT_UNTRUSTED: 'A repository, or a part of it, is not signed as its policy wants it.',
  COS_CLIENT_REPLAY: 'A signed repository is older than it was before.',
  COS_CLIENT_FROZEN: 'A signed repository is older than its policy allows.',
  COS_CLIENT_POLICY: 'Keys or policies for repositories are missing or cannot be understood.',
  COS_CLIENT_SERVE: 'Nothing can listen on the address and port.',
  COS_CLIENT_REQUEST: 'The command cannot be carried out as it stands.',
} as const;

export type ClientCode = keyof typeof codes;
