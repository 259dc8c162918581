import { CosError } from '@cos/core';
import type { IsoCode } from '../codes.ts';

export const defaultLabel = 'COS_LIVE';

/** What a label must look like, and the words for it. */
export const labelForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/;
export const labelWords = 'expected 1 to 32 letters, digits, "_", "." or "-", not starting with "." or "-"';

/**
 * Checks a volume label. It is written into the ISO and into the kernel line, where a space or a slash would need two different ways of
 * quoting; an ISO 9660 volume name has at most 32 characters.
 *
 * @throws CosError COS_ISO_LABEL
 */
export function checkLabel(label: string): string {
  if (labelForm.test(label)) return label;
  throw new CosError({
    code: 'COS_ISO_LABEL' satisfies IsoCode,
    severity: 'error',
    message: `The label ${JSON.stringify(label)} cannot name a volume: ${labelWords}.`,
    hint: `Choose another label, for example ${JSON.stringify(defaultLabel)}.`,
  });
}
