// Codes of this plugin with their meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_TEMPLATE_RECIPE: 'The recipe of a package cannot be rendered or read.',
  COS_TEMPLATE_FILE: 'A file that a package marks as a template cannot be rendered.',
  COS_TEMPLATE_MISSING: 'A package marks a file as a template that it does not have.',
} as const;
