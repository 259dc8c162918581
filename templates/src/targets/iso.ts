import type { ArtifactRef } from '@cos/core';
import type { IsoImage, TextFile } from '@cos/core/artifacts';
import { titleOf, type StandardContext } from './context.ts';
import { buildSystem, type BuiltSystem, type SystemRequest } from './system.ts';

export interface IsoRequest extends SystemRequest {
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
  /** What it boots. */
  readonly system: BuiltSystem;
}

/** From the system's package archive or image to a bootable ISO. */
export async function buildIso(context: StandardContext, request: IsoRequest): Promise<BuiltIso> {
  const { use, derivative } = context;
  const { name } = derivative;
  const system = await buildSystem(context, request);
  const inputs = system.content;
  const { squashfs } = use.iso.squashfs({ name, inputs, options: { preset: request.squash ?? 'fast' } });
  const { boot } = use.iso.boot({ name, inputs });
  const { loader } = use.iso.loader({ name, inputs: {} });
  const { iso } = use.iso.medium({
    name,
    inputs: { squashfs, boot, loader },
    options: {
      title: request.menuTitle ?? titleOf(context, request.title),
      ...(request.label === undefined ? {} : { label: request.label }),
      ...(request.kernelArguments === undefined ? {} : { kernelArguments: [...request.kernelArguments] }),
      ...(request.timeout === undefined ? {} : { timeout: request.timeout }),
    },
  });
  const file = `${name}.iso`;
  return { iso, checksum: use.sign.isoChecksum({ name, inputs: { iso }, options: { file } }).checksum, file, system };
}
