import * as z from 'zod/mini';

/** Values as a plan can hold them: plain data. */
export const valuesSchema = z.record(z.string(), z.json());
