import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecord, readHashedPackage, writeHashedPackage, type HashedPackage } from '../../src/index.ts';

const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => text.trim() === text && !/\p{C}/u.test(text));
const relation = fc.record({ category: word, name: word, version: word });
const record = fc.record({ category: word, name: word, version: word, requires: fc.array(relation, { maxLength: 3 }), conflicts: fc.array(relation, { maxLength: 2 }), description: word, hidden: fc.boolean(), uri: fc.array(word, { maxLength: 2 }), labels: fc.dictionary(word, word).map((one) => new Map(Object.entries(one))) });

describe('a hashed package', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(record, fc.oneof(word.map((salt) => ({ ok: true, salt }) as const), word.map((problem) => ({ ok: false, problem }) as const)), (one, hash) => {
        const given: HashedPackage = { record: createRecord(one), hash };
        const text = writeHashedPackage(given);
        const { hashed, problems } = readHashedPackage(text, 'hash.json');
        expect(problems).toEqual([]);
        expect(hashed?.hash).toEqual(hash);
        // References know where they stand in the text that they were read from.
        expect(hashed === undefined ? '' : writeHashedPackage(hashed)).toBe(text);
      }),
    );
  });

  it.each(['', '[]', '{}', '{"format":"2","salt":"a","package":{"name":"p"}}', '{"format":"1","package":{"name":"p"}}', '{"format":"1","salt":"a","problem":"b","package":{"name":"p"}}', '{"format":"1","salt":"a"}', '{"format":"1","salt":"a","package":{}}'])('is refused with the reason: %s', (text) => {
    const { hashed, problems } = readHashedPackage(text, 'hash.json');
    expect(hashed).toBeUndefined();
    expect(problems.length).toBeGreaterThan(0);
  });
});
