import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, fileTree, one, optional, type Artifact, type FileTree } from '@cos/core';
import { textFile, type TextFile } from '@cos/core/artifacts';
import { createRegistry, hostSettings } from '@cos/registry';
import { readTrustedKey, signatureRepository } from '@cos/trust';
import * as z from 'zod/mini';
import { checkImageReference, publishImage as push } from '../publish/publish-image.ts';
import { explain } from '../publish/explain.ts';
import { defineStage } from '../options.ts';
import { platformOf } from '../platform-of.ts';
import { problem } from '../problem.ts';
import type { ImageAttachments } from '../publish/attach-to-image.ts';

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
    /** A signed statement about the image, attached to it. */
    statement: optional(textFile),
    /** Bills of materials that the statement names, attached as well. */
    spdx: optional(textFile),
    cyclonedx: optional(textFile),
    /** Whose signature the statement has: needed with it. */
    publicKey: optional(fileTree),
  },
  outputs: { report: textFile },
  options: z.object({
    /** `docker:host/path:tag` */
    to: z.string(),
    /** Image repository, `host/path`, where what is attached is kept; default: COSIGN_REPOSITORY, or that of the image. */
    signatures: z.optional(z.string()),
  }),
  async run({ inputs, options, platform, env, emit, scratch, log, signal }) {
    const reference = checkImageReference(options.to);
    const registry = createRegistry(hostSettings(env));
    try {
      const attachments = await readAttachments(inputs);
      const pushed = await push({ registry, reference, layout: await inputs.image.path(), platform: platformOf(platform), attachments, signatures: options.signatures ?? signatureRepository(env), signal });
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

interface Given {
  readonly statement: Artifact<TextFile> | undefined;
  readonly spdx: Artifact<TextFile> | undefined;
  readonly cyclonedx: Artifact<TextFile> | undefined;
  readonly publicKey: Artifact<FileTree> | undefined;
}

async function readAttachments({ statement, spdx, cyclonedx, publicKey }: Given): Promise<ImageAttachments | undefined> {
  if (statement === undefined && spdx === undefined && cyclonedx === undefined) return undefined;
  if (statement === undefined || publicKey === undefined) throw new CosError(problem('COS_REPO_STATEMENT', `Expected the inputs "statement" and "publicKey" with what is attached to an image; found no "${statement === undefined ? 'statement' : 'publicKey'}".`, 'Give the signed statement that names the bills, and the source of the public key whose owner has signed it.'));
  return {
    statement: await readFile(await statement.path(), 'utf8'),
    bills: await Promise.all([spdx, cyclonedx].flatMap((bill) => (bill === undefined ? [] : [readBill(bill)]))),
    key: await readTrustedKey(await publicKey.path(), 'publicKey'),
  };
}

async function readBill(bill: Artifact<TextFile>): Promise<Uint8Array> {
  return readFile(await bill.path());
}
