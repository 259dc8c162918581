import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEntry, writeTar } from '@cos/archive';
import { createRegistry, encodeImage, mediaTypes } from '@cos/registry';

/** Pushes the files of a repository as the tags of an image repository: each an image of one layer that holds the file. */
export async function pushFolder(folder: string, repository: string): Promise<void> {
  await using registry = createRegistry({});
  for (const name of readdirSync(folder)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeTar([createEntry({ path: name }, readFileSync(join(folder, name)))])) chunks.push(chunk);
    const layer = Buffer.concat(chunks);
    const { descriptor } = await registry.pushBlob({ repository, content: layer });
    const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] } });
    const { descriptor: described } = await registry.pushBlob({ repository, content: Buffer.from(config) });
    const { bytes, mediaType } = encodeImage({ config: { ...described, mediaType: mediaTypes.ociConfig }, layers: [{ ...descriptor, mediaType: mediaTypes.ociLayer }] });
    await registry.pushManifest({ reference: `${repository}:${name}`, bytes, mediaType });
  }
}
