import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeIndex, type Descriptor, type Platform } from '@cos/registry';
import type { ObjectImage } from './object-image.ts';

/**
 * Writes images as a folder in the layout of OCI: each is named by its tag. Tools such as skopeo copy them to a registry
 * (`skopeo copy oci:FOLDER:TAG docker://…`). Layers are moved into the folder. Format: OCI image specification 1.1, "Image Layout".
 */
export async function writeLayout(folder: string, images: readonly ObjectImage[], platform: Platform): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const at = ({ digest }: Descriptor): string => join(blobs, digest.slice('sha256:'.length));
  for (const { layer, config, manifest } of images) {
    await moveFile(layer.path, at(layer.descriptor));
    await writeFile(at(config.descriptor), config.bytes);
    await writeFile(at(manifest.descriptor), manifest.bytes);
  }
  const manifests = images.map(({ tag, manifest }) => ({ ...manifest.descriptor, platform, annotations: { 'org.opencontainers.image.ref.name': tag } }));
  await writeFile(join(folder, 'index.json'), encodeIndex({ manifests: manifests.toSorted((a, b) => (a.annotations['org.opencontainers.image.ref.name'] < b.annotations['org.opencontainers.image.ref.name'] ? -1 : 1)) }).bytes);
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    await copyFile(from, to);
    await rm(from);
  }
}
