import { defineDistribution } from '@cos/core';
import { readDistribution } from '../read-distribution.ts';
import type { FedoraValues } from './values.gen.ts';

export type { FedoraValues } from './values.gen.ts';

/** Fedora, with systemd, dracut and GRUB. */
export const fedora = defineDistribution({ name: 'fedora', ...readDistribution<FedoraValues>(import.meta.url) });
