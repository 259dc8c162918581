import { defineDistribution, readPreset } from '@cos/core';

export interface DebianValues {
  readonly distribution: string;
  readonly codename: string;
  /** The name that recipes use for the base image. */
  readonly image: string;
  /** Where the base image comes from. */
  readonly base: DebianBase | { readonly from: 'registry'; readonly reference: string } | { readonly from: 'archive'; readonly path: string; readonly sha256?: string };
  readonly kernel_package: string;
  /** Name of the machine as kernels say it: `x86_64`. */
  readonly arch: string;
  readonly golang_arch: string;
  readonly [key: string]: unknown;
}

export interface DebianBase {
  readonly from: 'mmdebstrap';
  readonly suite: string;
  readonly components: readonly string[];
  readonly mirrors: readonly string[];
  readonly packages: readonly string[];
  readonly pool: readonly string[];
  readonly pathExcludes: readonly string[];
}

/** Debian 12, bootstrapped from packages, with systemd and dracut. */
export const debian = defineDistribution({
  name: 'debian',
  values: readPreset<DebianValues>(new URL('values.yaml', import.meta.url)),
  platforms: {
    'linux/amd64': readPreset<Partial<DebianValues>>(new URL('values.amd64.yaml', import.meta.url)),
    'linux/arm64': readPreset<Partial<DebianValues>>(new URL('values.arm64.yaml', import.meta.url)),
  },
});
