import { defineDistribution } from '@cos/core';
import { readDistribution } from '../read-distribution.ts';
import type { UbuntuValues } from './values.gen.ts';

export type { UbuntuValues } from './values.gen.ts';

/** Ubuntu, with systemd, dracut and GRUB. */
export const ubuntu = defineDistribution({ name: 'ubuntu', ...readDistribution<UbuntuValues>(import.meta.url) });
