import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formatPlatform, hostPlatform, parsePlatform, selectPlatform, type Descriptor } from '../../src/index.ts';

function entry(platform: string | undefined, name = platform): Descriptor {
  const [os = '', architecture = '', variant] = (platform ?? '').split('/');
  return { mediaType: 'x', digest: `sha256:${name}`, size: 1, ...(platform === undefined ? {} : { platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } }) };
}

test.each([
  ['x64', 'linux/amd64'],
  ['arm64', 'linux/arm64'],
  ['ia32', 'linux/386'],
  ['ppc64', 'linux/ppc64le'],
  ['riscv64', 'linux/riscv64'],
  ['constructor', 'linux/constructor'],
])('images for a machine that Node calls %s are of %s', (name, platform) => {
  expect(formatPlatform(hostPlatform(name))).toBe(platform);
});

describe('a platform', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['Linux/AMD64', 'linux/amd64'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm64/8', 'linux/arm64'],
    ['linux/arm', 'linux/arm'],
    ['linux/armhf', 'linux/arm'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
  ])('%s is %s', (text, normal) => {
    const parsed = parsePlatform(text);
    expect(parsed && formatPlatform(parsed)).toBe(normal);
  });

  test.each(['', 'linux', 'linux/', '/amd64', 'linux/amd64/v2/x', 'linux/a b', 'linux//v8'])('%j is none', (text) => {
    expect(parsePlatform(text)).toBeUndefined();
  });
});

describe('of an index, the image for a platform', () => {
  test.each<[string, readonly string[], string | undefined]>([
    ['linux/amd64', ['linux/arm64', 'linux/amd64'], 'linux/amd64'],
    ['linux/arm64', ['linux/amd64', 'linux/arm64/v8'], 'linux/arm64/v8'],
    ['linux/arm64/v8', ['linux/arm64'], 'linux/arm64'],
    ['linux/arm64/v9', ['linux/arm64/v8'], 'linux/arm64/v8'],
    ['linux/arm64/v8', ['linux/arm64/v9'], undefined],
    ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v8'], 'linux/arm/v6'],
    ['linux/arm', ['linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v7'],
    ['linux/arm/v6', ['linux/arm/v7'], undefined],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4'], 'linux/amd64/v2'],
    ['linux/amd64', ['linux/amd64/v2'], undefined],
    ['linux/riscv64', ['linux/amd64', 'linux/riscv64'], 'linux/riscv64'],
    ['linux/mips/softfloat', ['linux/mips', 'linux/mips/softfloat'], 'linux/mips/softfloat'],
    ['windows/amd64', ['linux/amd64'], undefined],
    ['linux/amd64', ['unknown/unknown'], undefined],
    ['linux/amd64', ['linux/amd64', 'linux/amd64'], 'linux/amd64'],
  ])('%s among %j is %s', (wanted, there, expected) => {
    expect(selectPlatform(there.map((each) => entry(each)), parsePlatform(wanted)!)?.digest).toBe(expected === undefined ? undefined : `sha256:${expected}`);
  });

  it('is the only one where that names no platform', () => {
    expect(selectPlatform([entry(undefined, 'only')], { os: 'linux', architecture: 'amd64' })?.digest).toBe('sha256:only');
    expect(selectPlatform([entry(undefined, 'one'), entry(undefined, 'two')], { os: 'linux', architecture: 'amd64' })).toBeUndefined();
  });

  it('does not depend on the order of the index, but for equal ones', () => {
    const all = ['linux/amd64', 'linux/amd64/v2', 'linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm64/v8', 'linux/s390x'];
    fc.assert(
      fc.property(fc.shuffledSubarray(all), fc.constantFrom(...all), (there, wanted) => {
        const platform = parsePlatform(wanted)!;
        expect(selectPlatform(there.map((each) => entry(each)), platform)?.digest).toBe(selectPlatform(there.toSorted().map((each) => entry(each)), platform)?.digest);
      }),
    );
  });
});
