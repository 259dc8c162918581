import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, one } from '@cos/core';
import { textFile } from '@cos/core/artifacts';
import { createRegistry, hostSettings } from '@cos/registry';
import * as z from 'zod/mini';
import { checkImageReference, publishImage as push } from '../publish/publish-image.ts';
import { explain } from '../publish/explain.ts';
import { defineStage } from '../options.ts';
import { platformOf } from '../platform-of.ts';

/** Pushes an image for its platform beside those of other platforms under one tag. */
export const publishImage = defineStage({
  description: 'push an image to a registry, as one of an image for several platforms',
  version: 1,
  cache: 'never',
  effect: 'publish',
  platform: true,
  inputs: {
    /** A folder in the layout of OCI with one image. */
    image: one(fileTree),
  },
  outputs: { report: textFile },
  options: z.object({
    /** `docker:host/path:tag` */
    to: z.string(),
  }),
  async run({ inputs, options, platform, env, emit, scratch, log, signal }) {
    const reference = checkImageReference(options.to);
    const registry = createRegistry(hostSettings(env));
    try {
      const pushed = await push({ registry, reference, layout: await inputs.image.path(), platform: platformOf(platform), signal });
      log.info(pushed.isNew ? `${platform} of ${reference} is pushed` : `${platform} of ${reference} is there already`);
      await mkdir(join(scratch, 'out'));
      const report = join(scratch, 'out', 'report.json');
      await writeFile(report, `${JSON.stringify(pushed, null, 2)}\n`);
      return { report: await emit.report(report, {}) };
    } catch (error) {
      signal.throwIfAborted();
      throw explain(error, reference) ?? error;
    } finally {
      await registry.close();
    }
  },
});
