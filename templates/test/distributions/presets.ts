import type { Distribution, Platform, Values } from '@cos/core';
import { debian } from '../../src/distributions/debian/index.ts';
import { fedora } from '../../src/distributions/fedora/index.ts';
import { opensuse } from '../../src/distributions/opensuse/index.ts';
import { slemicro } from '../../src/distributions/slemicro/index.ts';
import { ubuntu } from '../../src/distributions/ubuntu/index.ts';

export const presets: readonly Distribution<string, Values>[] = [debian, fedora, opensuse, slemicro, ubuntu];

export const platforms: readonly Platform[] = ['linux/amd64', 'linux/arm64'];

/** Every preset on every platform. */
export const variants = presets.flatMap((preset) => platforms.map((platform) => ({ preset, platform, name: `${preset.name} on ${platform}` })));
