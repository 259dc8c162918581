import { CosError, type Platform } from '@cos/core';
import type { IsoCode } from '../codes.ts';

/** `release`: smallest (xz). `fast`: zstd, two orders of magnitude faster and a fifth larger. `none`: not compressed at all. */
export const squashPresets = ['release', 'fast', 'gzip', 'none'] as const;
export type SquashPreset = (typeof squashPresets)[number];

/** The part of mksquashfs's command line that is about compression. */
export interface SquashOptions {
  readonly args: readonly string[];
  /** Name of the compressor, `none` where nothing is compressed. */
  readonly compression: string;
}

/** The filter is for the code that is squashed, not for the machine that squashes. */
const branchFilters: Readonly<Record<string, string>> = { 'linux/amd64': 'x86', 'linux/arm64': 'arm' };

export function presetOptions(preset: SquashPreset, platform: Platform): SquashOptions {
  switch (preset) {
    case 'release': {
      const filter = branchFilters[platform];
      return { args: ['-b', '1M', '-comp', 'xz', ...(filter === undefined ? [] : ['-Xbcj', filter])], compression: 'xz' };
    }
    case 'fast':
      return { args: ['-b', '1M', '-comp', 'zstd', '-Xcompression-level', '3'], compression: 'zstd' };
    case 'gzip':
      return { args: ['-b', '1M', '-comp', 'gzip'], compression: 'gzip' };
    case 'none':
      // An empty list would mean gzip, the compressor that mksquashfs takes by itself.
      return { args: ['-b', '1M', '-noI', '-noId', '-noD', '-noF', '-noX'], compression: 'none' };
    default:
      preset satisfies never;
      throw new Error(`Internal error: unknown preset ${String(preset)}`);
  }
}

const flags: ReadonlySet<string> = new Set(['-noI', '-noId', '-noD', '-noF', '-noX', '-no-fragments', '-always-use-fragments', '-no-duplicates', '-no-tailends', '-tailends']);
const withValue: ReadonlySet<string> = new Set(['-b', '-comp']);
const value = /^[A-Za-z0-9][A-Za-z0-9,._-]*$/;

/**
 * The user's own list. Only options about compression are let through: others of mksquashfs name files of the host or start programs.
 *
 * @throws CosError COS_ISO_SQUASH_OPTION
 */
export function ownOptions(list: readonly string[]): SquashOptions {
  let compression = 'gzip';
  for (let at = 0; at < list.length; at += 1) {
    const option = list[at] ?? '';
    if (flags.has(option)) continue;
    const isCompressorOption = /^-X[a-z0-9][a-z0-9-]*$/.test(option);
    const next = list[at + 1];
    if (!isCompressorOption && !withValue.has(option)) throw refused(option, 'it is not an option about compression');
    if (next !== undefined && value.test(next)) {
      if (option === '-comp') compression = next;
      at += 1;
    } else if (!isCompressorOption) {
      throw refused(option, next === undefined ? 'a value is missing' : `${JSON.stringify(next)} is no value for it`);
    }
  }
  const isPlain = ['-noI', '-noD', '-noF', '-noX'].every((flag) => list.includes(flag));
  return { args: list, compression: isPlain ? 'none' : compression };
}

function refused(option: string, reason: string): CosError {
  return new CosError({
    code: 'COS_ISO_SQUASH_OPTION' satisfies IsoCode,
    severity: 'error',
    message: `The option ${JSON.stringify(option)} for mksquashfs cannot be used: ${reason}.`,
    hint: `Use -comp, -b, -X… and ${[...flags].sort().join(', ')}, one word an item: ['-comp', 'xz', '-Xbcj', 'x86'].`,
  });
}
