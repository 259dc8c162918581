import { defineConfig, defineDerivative } from '@cos/core';
import { debian } from '../../src/distributions/debian/index.ts';
import { opensuse } from '../../src/distributions/opensuse/index.ts';
import { standardPlugins, withPackages } from '../../src/index.ts';

// What the editor knows of a preset's values. A mark without a mistake is an error itself.

const derivatives = [
  defineDerivative({ name: 'a', from: opensuse, platforms: ['linux/amd64'], trees: [], values: { kernel_package: 'kernel-rt', skip_checksum: ['golang'], base: { from: 'archive', path: 'base.tar' }, own: 1 } }),
  defineDerivative({ name: 'b', from: withPackages(opensuse, ['htop']), platforms: ['linux/amd64'], trees: [] }),
];

export const wrongPackages = defineDerivative({
  name: 'c',
  from: opensuse,
  platforms: ['linux/amd64'],
  trees: [],
  // a list where templates print a text
  // @ts-expect-error
  values: { packages: ['a', 'b'] },
});

export const wrongBase = defineDerivative({
  name: 'd',
  from: debian,
  platforms: ['linux/amd64'],
  trees: [],
  // an origin that there is not
  // @ts-expect-error
  values: { base: { from: 'registr', reference: 'x' } },
});

export const config = defineConfig({
  plugins: standardPlugins(),
  derivatives,
  targets: {
    look: {
      description: 'reads values',
      plan({ values, source }) {
        const kernel: string = values.kernel_package;
        // a value that no preset has
        // @ts-expect-error
        void values.kernel_pakage;
        return [source(kernel)];
      },
    },
  },
});
