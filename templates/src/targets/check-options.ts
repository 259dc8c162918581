import { CosError } from '@cos/core';
import * as z from 'zod/mini';
import type { TargetCode } from '../codes.ts';
import type { StandardTargetOptions } from './standard-targets.ts';

// Types say the same, but Node drops them: a config that nobody checks with a compiler must not lose an option by a slip of the pen.

const text = z.optional(z.string());
const compression = z.optional(z.enum(['none', 'gzip', 'zstd']));

const schema = z.strictObject({
  system: z.optional(
    z.union([
      z.string().check(z.minLength(1)),
      z.strictObject({ dockerfile: z.string(), context: text, target: text, buildArgs: z.optional(z.record(z.string(), z.string())), framework: z.optional(z.array(z.string())) }),
    ]),
  ),
  title: z.optional(z.string().check(z.minLength(1))),
  menuTitle: text,
  label: text,
  kernelArguments: z.optional(z.array(z.string())),
  timeout: z.optional(z.number()),
  squash: z.optional(z.enum(['release', 'fast', 'gzip', 'none'])),
  publicKey: text,
  repository: z.optional(
    z.strictObject({
      name: text,
      description: text,
      type: z.optional(z.enum(['disk', 'http', 'docker'])),
      urls: z.optional(z.array(z.string())),
      priority: z.optional(z.int()),
      treeCompression: compression,
      metaCompression: compression,
    }),
  ),
  publish: z.optional(z.strictObject({ to: text, images: text, sign: z.optional(z.boolean()), attest: z.optional(z.boolean()), signatures: text, retain: z.optional(z.int().check(z.minimum(1))), snapshots: z.optional(z.int().check(z.minimum(2))), locks: z.optional(z.array(z.string())) })),
});

/** @throws CosError COS_CONFIG_STANDARD_TARGETS with every mistake in the options */
export function checkOptions(options: StandardTargetOptions): void {
  const parsed = z.safeParse(schema, options);
  if (parsed.success) return;
  throw new CosError(
    parsed.error.issues.map((issue) => ({
      code: 'COS_CONFIG_STANDARD_TARGETS' satisfies TargetCode,
      severity: 'error' as const,
      message: issue.code === 'unrecognized_keys' ? `standardTargets has no option ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}.` : `Option "${issue.path.join('.')}" of standardTargets: ${issue.message}.`,
      hint: `Known options: ${Object.keys(schema.shape).sort().join(', ')}.`,
    })),
  );
}
