// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_ISO_INPUT: 'A stage that reads a system got none, or two.',
  COS_ISO_BOOT_FILES: 'The root filesystem has no kernel or no initrd that an ISO could boot.',
  COS_ISO_LABEL: 'A volume label cannot be written, or not in a kernel line.',
  COS_ISO_KERNEL_ARGUMENT: 'A kernel argument holds what a boot menu cannot carry.',
  COS_ISO_SQUASH_OPTION: 'An option for mksquashfs is not one about compression.',
  COS_ISO_SQUASH: 'A squashfs image is not what was asked for.',
  COS_ISO_MENU: 'The template of the boot menu cannot be rendered.',
} as const;

export type IsoCode = keyof typeof codes;
