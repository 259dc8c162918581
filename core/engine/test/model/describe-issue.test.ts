import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import * as full from 'zod';
import { validate } from '../../src/model/validate.ts';
import type { Schema } from '../../src/model/schema.ts';

async function issuesOf(schema: Schema, value: unknown): Promise<readonly string[]> {
  const checked = await validate(schema, value);
  return checked.ok ? [] : checked.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test.each([
  [z.enum(['xz', 'zstd']), 'lzma', 'expected one of "xz", "zstd"'],
  [z.string(), 5, 'expected a text'],
  [z.array(z.string()), 'x', 'expected a list'],
  [z.boolean(), 'x', 'expected true or false'],
  [z.string().check(z.maxLength(3)), 'long', 'expected at most 3 characters'],
  [z.string().check(z.minLength(1)), '', 'expected at least 1 character'],
  [z.number().check(z.minimum(2)), 1, 'expected at least 2'],
  [z.string().check(z.regex(/^a$/)), 'b', 'expected a text of the form /^a$/'],
  [z.literal('x'), 'y', 'expected "x"'],
  [z.union([z.string(), z.object({ a: z.number() })]), 5, 'expected a text, or expected an object'],
  [z.string().check(z.refine((text) => text === 'a', 'must be a')), 'b', 'must be a'],
])('schema %# says what it expects', async (schema, value, expected) => {
  expect(await issuesOf(schema, value)).toEqual([`: ${expected}`]);
});

test('the full build of the library, with its own texts, says the same', async () => {
  expect(await issuesOf(full.enum(['xz', 'zstd']), 'lzma')).toEqual([': expected one of "xz", "zstd"']);
  expect(await issuesOf(full.string().max(3, 'too long for a label'), 'long')).toEqual([': too long for a label']);
});

test('keys that a schema would drop silently are found, also in objects inside of it', async () => {
  const schema = z.object({ a: z.optional(z.string()), inner: z.object({ b: z.string() }) });
  expect(await issuesOf(schema, { inner: { b: 'x', c: 1 }, d: 1, e: undefined })).toEqual(['inner.c: unknown key', 'd: unknown key']);
});

test('keys of strict and of open objects are left to the schema', async () => {
  expect(await issuesOf(z.strictObject({ a: z.string() }), { a: 'x', b: 1 })).toHaveLength(1);
  expect(await issuesOf(z.looseObject({ a: z.string() }), { a: 'x', b: 1 })).toEqual([]);
  expect(await issuesOf(z.record(z.string(), z.number()), { a: 1 })).toEqual([]);
});
