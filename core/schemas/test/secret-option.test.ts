import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { secretOption } from '../src/index.ts';

/** Takes texts and gives their lengths. */
function schema(validate: (value: unknown) => StandardSchemaV1.Result<number> | Promise<StandardSchemaV1.Result<number>>): StandardSchemaV1<string, number> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

const length = schema((value) => (typeof value === 'string' ? { value: value.length } : { issues: [{ message: 'expected a text' }, { message: 'and not this' }] }));

test('an option has what the check of secrets makes of it', () => {
  expect(z.parse(z.object({ word: secretOption(length) }), { word: 'four' })).toEqual({ word: 4 });
});

test('all problems that the check finds are problems of the option, below the value, which is not shown', () => {
  const { error } = z.safeParse(z.object({ word: secretOption(length) }), { word: 5 });
  expect(error?.issues).toMatchObject([{ path: ['word', 'env'], message: 'expected a text' }, { path: ['word', 'env'], message: 'and not this' }]);
  expect(JSON.stringify(error?.issues)).not.toContain('5');
});

test('a check that waits is a mistake of who wrote the option', () => {
  expect(() => z.safeParse(secretOption(schema(() => Promise.resolve({ value: 1 }))), 'x')).toThrow('waits for something');
});
