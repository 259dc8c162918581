// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_PACKER_TEMPLATE: 'A Packer template of the workspace cannot be rendered, or does not give JSON.',
  COS_PACKER_INVALID: 'packer validate refuses a template.',
} as const;

export type PackerCode = keyof typeof codes;
