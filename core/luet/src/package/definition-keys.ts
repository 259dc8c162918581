// Separate from what reads them, because references and recipes need the list, too.

/** Fields of a package in lower case. The last row is internal to repositories: accepted and ignored. */
export const DEFINITION_KEYS: readonly string[] = [
  'name', 'category', 'version', 'requires', 'conflicts', 'provides', 'hidden', 'labels', 'annotations',
  'description', 'license', 'uri', 'use_flags',
  'state', 'id', 'path', 'treedir', 'buildtimestamp', 'dockerfile',
];
