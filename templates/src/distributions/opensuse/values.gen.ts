// Generated from the values files beside it by `npm run generate`: change those.

import type { BaseImage } from '../base-image.ts';

/** Values of the distribution "opensuse", as templates see them. */
export type OpensuseValues = {
  /** Family of the package manager, by which templates choose: opensuse (zypper), fedora (dnf), ubuntu (apt), debian (apt). */
  readonly distribution: string;
  /** Flavour of the distribution. */
  readonly codename: string;
  /** The base image that `image: "{{ .Values.image }}"` in a recipe means. It is pinned by digest in cos.lock; the platform chooses from its index. */
  readonly image: string;
  /** Where the base image comes from. */
  readonly base: BaseImage;
  /** Packages that recipes install into the base image, with blanks between the names. */
  readonly packages: string;
  /** The kernel as the package manager names it; empty: the image has one. */
  readonly kernel_package: string;
  /** The image in which tools are built and boot loaders are taken from. */
  readonly tool_image: string;
  /** As `distribution`, of the tool image. */
  readonly tool_image_distribution: string;
  /** Packages that recipes install into the tool image, with blanks between the names. */
  readonly tools_packages: string;
  /** Names of packages whose downloads are not compared with the checksum that they declare. */
  readonly skip_checksum: readonly string[];
  /** Name of the machine as kernels say it. */
  readonly arch: string;
  /** Name of the machine as Go says it, for downloads. */
  readonly golang_arch: string;
};
