import { defineDerivative } from '@cos/core';
import { debian } from '../../src/distributions/debian/index.ts';
import { opensuse } from '../../src/distributions/opensuse/index.ts';
import { definePackage } from '../../src/index.ts';

// What the editor knows of a package. A mark without a mistake is an error itself.

const base = definePackage({ category: 'system', name: 'base', version: '1.0', image: debian.values.image, unpack: true, excludes: ['^/luetbuild'] });

const full = definePackage({
  category: 'app',
  name: 'full',
  version: '1.0+1',
  requires: [base, 'system/kernel', 'system/initrd@>=1.0', { category: 'system', name: 'live', version: '>=0' }],
  conflicts: [{ name: 'bare', version: '1' }],
  requiresFinalImages: false,
  copy: [{ package: base, source: '/etc', destination: '/etc' }, { image: 'debian:12', source: '/usr', destination: '/usr' }],
  env: ['A=b'],
  prelude: ['true'],
  steps: ['make', `echo ${debian.values.image}`],
  packageDir: '/output',
  includes: ['^/usr'],
  retrieve: ['*.tar'],
  subpackages: [{ category: 'app', name: 'part', version: '1.0', requires: [base], includes: ['^/usr/share'] }],
  runtime: { requires: ['app/lib@>=2'], conflicts: [base] },
  provides: ['app/other@1.0'],
  hidden: true,
  labels: { kind: 'app' },
  finalizer: { install: ['ldconfig'] },
  files: { 'etc/os-release': 'NAME=x' },
});

const ofDebian = definePackage<typeof debian>(({ values, platform, derivative }) => ({ category: 'app', name: 'd', version: derivative.version, image: values.image, steps: [platform], context: 'files/d' }));

// a package may name one that depends on values
export const above = definePackage({ category: 'app', name: 'above', version: '1', requires: [ofDebian] });

export const right = [
  defineDerivative({ name: 'a', from: debian, platforms: ['linux/amd64'], trees: [], packages: [base, full, ofDebian] }),
  defineDerivative({ name: 'b', from: opensuse, platforms: ['linux/amd64'], trees: [], packages: [base, full, definePackage(({ platform }) => ({ category: 'app', name: platform, version: '1' }))] }),
];

const identity = { category: 'app', name: 'x', version: '1.0' } as const;

// no name
// @ts-expect-error
definePackage({ category: 'app', version: '1.0' });
// no version
// @ts-expect-error
definePackage({ category: 'app', name: 'x' });
// no category
// @ts-expect-error
definePackage({ name: 'x', version: '1.0' });
// a key that there is not
// @ts-expect-error
definePackage({ ...identity, step: ['make'] });
// the spelling of YAML
// @ts-expect-error
definePackage({ ...identity, requires_final_images: true });
// a version that is a number
// @ts-expect-error
definePackage({ ...identity, version: 1.1 });
// steps that are a text
// @ts-expect-error
definePackage({ ...identity, steps: 'make' });
// a step that is a number
// @ts-expect-error
definePackage({ ...identity, steps: ['make', 5] });
// a flag that is a text
// @ts-expect-error
definePackage({ ...identity, unpack: 'yes' });
// a reference without a category
// @ts-expect-error
definePackage({ ...identity, requires: ['base'] });
// a reference without a version, which no package would fit
// @ts-expect-error
definePackage({ ...identity, requires: [{ category: 'system', name: 'base' }] });
// a reference with a key that there is not
// @ts-expect-error
definePackage({ ...identity, requires: [{ category: 'system', name: 'base', version: '>=0', hidden: true }] });
// a copy from nowhere
// @ts-expect-error
definePackage({ ...identity, copy: [{ source: '/a', destination: '/b' }] });
// a copy from two places
// @ts-expect-error
definePackage({ ...identity, copy: [{ image: 'x', package: base, source: '/a', destination: '/b' }] });
// a folder that is not absolute
// @ts-expect-error
definePackage({ ...identity, packageDir: 'output' });
// an environment that is no list of NAME=value
// @ts-expect-error
definePackage({ ...identity, env: ['A'] });
// patterns of JavaScript, which are others
// @ts-expect-error
definePackage({ ...identity, includes: [/usr/] });
// a label that is a number
// @ts-expect-error
definePackage({ ...identity, labels: { a: 1 } });
// requirements at run time in the wrong place
// @ts-expect-error
definePackage({ ...identity, runtime: { provides: [] } });
// both a folder and files
// @ts-expect-error
definePackage({ ...identity, context: 'files', files: { a: '' } });
// a file that is no text
// @ts-expect-error
definePackage({ ...identity, files: { a: true } });
// the same in a function
// @ts-expect-error
definePackage(() => ({ ...identity, steps: [5] }));
// a function that has to be waited for
// @ts-expect-error
definePackage(async () => ({ ...identity }));
// a value that the distribution does not have
// @ts-expect-error
definePackage<typeof debian>(({ values }) => ({ ...identity, image: values.imgae }));

// a package as an object that definePackage has not seen
// @ts-expect-error
defineDerivative({ name: 'c', from: debian, platforms: ['linux/amd64'], trees: [], packages: [{ ...identity }] });

const narrow = definePackage<{ readonly name: 'n'; readonly values: { own: string }; readonly platforms: {} }>(({ values }) => ({ ...identity, image: values.own }));
// a package for the values of another distribution
// @ts-expect-error
defineDerivative({ name: 'd', from: debian, platforms: ['linux/amd64'], trees: [], packages: [narrow] });
