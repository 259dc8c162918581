import { defineDistribution } from '@cos/core';
import { readDistribution } from '../read-distribution.ts';
import type { OpensuseValues } from './values.gen.ts';

export type { OpensuseValues } from './values.gen.ts';

/** openSUSE Leap, with systemd, dracut and GRUB. */
export const opensuse = defineDistribution({ name: 'opensuse', ...readDistribution<OpensuseValues>(import.meta.url) });
