import { expect, test } from 'vitest';
import { namedByDigest } from '../../src/provenance/named-by-digest.ts';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(64));

test('what options name by a digest is a dependency, wherever it stands, with what is said of it', () => {
  const options = { image: `debian@sha256:${a}`, pinned: { packages: { bash: `5.2 sha256:${b}`, other: 'no digest' } }, list: [`sha256:${c}`, 7, null, true], short: 'sha256:abc' };
  expect(namedByDigest('x.y#z', options)).toEqual([
    { name: 'x.y#z image', digest: { sha256: a }, annotations: { name: 'debian' } },
    { name: 'x.y#z list.0', digest: { sha256: c } },
    { name: 'x.y#z pinned.packages.bash', digest: { sha256: b }, annotations: { name: '5.2' } },
  ]);
});
