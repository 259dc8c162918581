import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { trustOption } from '../src/index.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });

test('there are no policies unless some are given', () => {
  expect(z.parse(trustOption, undefined)).toEqual([]);
});

test('a policy has keys, unless nothing is asked for', () => {
  expect(z.parse(trustOption, [{ match: 'registry.example/*', mode: 'enforce', keys: [publicKey] }, { match: '*', mode: 'off' }])).toHaveLength(2);
});

test.each([
  ['without a key', { match: '*', mode: 'warn' }, ['keys']],
  ['with a text that is no key', { match: '*', mode: 'enforce', keys: ['none'] }, ['keys']],
  ['of another mode', { match: '*', mode: 'maybe' }, ['mode']],
  ['with a field that nobody knows', { match: '*', mode: 'off', key: 'x' }, []],
])('a policy %s is refused at its place', (_, policy, path) => {
  expect(z.safeParse(trustOption, [policy]).error?.issues).toMatchObject([{ path: [0, ...path] }]);
});
