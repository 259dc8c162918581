import { CosError, type ArtifactRef } from '@cos/core';
import type { IsoImage, TextFile } from '@cos/core/artifacts';
import type { TargetCode } from '../codes.ts';
import type { StandardContext } from './context.ts';
import { buildPackages, type BuiltPackage } from './packages.ts';

export interface IsoRequest {
  /** The package that is the system: `system/my-os`. */
  readonly system: string;
  /** The derivative's name for people: `derivative.title` in templates, and the boot menu's entry unless `menuTitle` says otherwise. */
  readonly title: string;
  /** The boot menu's entry; default the title. */
  readonly menuTitle?: string;
  /** Volume label; default `COS_LIVE`. The kernel line is derived from it. */
  readonly label?: string;
  /** Added to the kernel line. */
  readonly kernelArguments?: readonly string[];
  /** Seconds until the menu starts its first entry; default 3. */
  readonly timeout?: number;
  /** Default `fast`. */
  readonly squash?: 'release' | 'fast' | 'gzip' | 'none';
}

export interface BuiltIso {
  readonly iso: ArtifactRef<IsoImage>;
  /** `<sha256>  <name>.iso`, as `sha256sum -c` reads it. */
  readonly checksum: ArtifactRef<TextFile>;
  /** The name of the file as the ISO is published: `<derivative>.iso`. */
  readonly file: string;
  readonly system: BuiltPackage;
}

/** From the system's package archive to a bootable ISO. */
export async function buildIso(context: StandardContext, request: IsoRequest): Promise<BuiltIso> {
  const { use, derivative } = context;
  const { wanted } = await buildPackages(context, { packages: [request.system], title: request.title });
  const system = wanted[0];
  if (system === undefined || system.entry.image === undefined) {
    throw new CosError({
      code: 'COS_PLAN_SYSTEM' satisfies TargetCode,
      severity: 'error',
      message: `The system "${request.system}" has no content of its own: an ISO needs a package with an image.`,
      hint: 'Name the package that holds the whole root filesystem.',
    });
  }
  const name = derivative.name;
  const { archive } = system;
  const { squashfs } = use.iso.squashfs({ name, inputs: { archive }, options: { preset: request.squash ?? 'fast' } });
  const { boot } = use.iso.boot({ name, inputs: { archive } });
  const { loader } = use.iso.loader({ name, inputs: {} });
  const { iso } = use.iso.medium({
    name,
    inputs: { squashfs, boot, loader },
    options: {
      title: request.menuTitle ?? request.title,
      ...(request.label === undefined ? {} : { label: request.label }),
      ...(request.kernelArguments === undefined ? {} : { kernelArguments: [...request.kernelArguments] }),
      ...(request.timeout === undefined ? {} : { timeout: request.timeout }),
    },
  });
  const file = `${name}.iso`;
  return { iso, checksum: use.sign.isoChecksum({ name, inputs: { iso }, options: { file } }).checksum, file, system };
}
