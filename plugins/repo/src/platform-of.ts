import type { Platform as CosPlatform } from '@cos/core';
import { parsePlatform, type Platform } from '@cos/registry';

/** The platform of a task as images write it. */
export function platformOf(platform: CosPlatform): Platform {
  const parsed = parsePlatform(platform);
  if (parsed === undefined) throw new Error(`Internal error: ${platform} is no platform of an image`);
  return parsed;
}
