import { defineConfig, defineDerivative, defineDistribution, type Target } from '../../src/index.ts';
import type { AnyConfig } from '../../src/testing.ts';
import { shell } from './shell.ts';

export const preset = defineDistribution({
  name: 'preset',
  values: { kernel: 'default', boot: { timeout: 5, console: 'ttyS0' }, packages: ['a', 'b'] },
  platforms: { 'linux/arm64': { kernel: 'arm', boot: { console: 'ttyAMA0' } } },
});

const sample = () => defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: [] });

type Targets = Readonly<Record<string, Target<readonly [ReturnType<typeof shell>], ReturnType<typeof sample>, {}>>>;

/** A config with the shell plugin, one derivative and the given targets. */
export function configOf(targets: Targets, rest: Partial<AnyConfig> = {}): AnyConfig {
  return { ...defineConfig({ plugins: [shell()], derivatives: [sample()], targets }), ...rest };
}
