import { defineDistribution } from '@cos/core';
import { readDistribution } from '../read-distribution.ts';
import type { SlemicroValues } from './values.gen.ts';

export type { SlemicroValues } from './values.gen.ts';

/** SUSE Linux Enterprise Micro for Rancher: its image has the whole system, the kernel too. */
export const slemicro = defineDistribution({ name: 'slemicro', ...readDistribution<SlemicroValues>(import.meta.url) });
