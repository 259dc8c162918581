import { defineDistribution } from '@cos/core';
import { readDistribution } from '../read-distribution.ts';
import type { DebianValues } from './values.gen.ts';

export type { DebianValues } from './values.gen.ts';

/** Debian 12, bootstrapped from packages, with systemd and dracut. */
export const debian = defineDistribution({ name: 'debian', ...readDistribution<DebianValues>(import.meta.url) });
