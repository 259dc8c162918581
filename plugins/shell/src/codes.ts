/** Codes of this plugin with their meaning in one line; docs/errors.md has a section for each. */
export const codes = {
  COS_SHELL_OUTPUT_PATH: 'An output of a command is not a path below its folder, or lies inside of another output.',
  COS_SHELL_OUTPUT_MISSING: 'The command ended well, but did not make an output that was declared.',
} as const;
