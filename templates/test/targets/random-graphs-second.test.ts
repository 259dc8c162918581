import { test } from 'vitest';
import { checkRandomGraphs } from '../rig/random-graphs.ts';

// Each half has a file of its own, so that two processors have something to do.

test('any tree, built by any number of workers in any order, respects every edge, builds nothing twice and gives the bytes of a sequential build', { timeout: 3_600_000 }, checkRandomGraphs);
