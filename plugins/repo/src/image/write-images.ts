import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { imageId } from '@cos/luet';
import type { MatchedPackage } from '../match-packages.ts';
import { fileImage, packageImage, type ObjectImage, type ObjectImageOptions } from './object-image.ts';
import { checkTags } from './check-tags.ts';
import { writeLayout } from './write-layout.ts';

export interface WriteImagesRequest extends ObjectImageOptions {
  /** A repository as files. */
  readonly folder: string;
  readonly packages: readonly MatchedPackage[];
  /** Where the images go. */
  readonly layout: string;
}

/** Makes the objects of a repository into images: of each archive its content, of everything else the file itself. */
export async function writeImages(request: WriteImagesRequest): Promise<void> {
  const { folder, packages, layout, platform, signal } = request;
  checkTags(packages);
  const scratch = join(request.scratch, 'layers');
  await mkdir(scratch);
  const archives = new Map(packages.map(({ identity, metadata }) => [metadata.path, imageId(identity)]));
  const images: ObjectImage[] = [];
  for (const name of (await readdir(folder)).sort()) {
    signal.throwIfAborted();
    const tag = archives.get(name);
    const path = join(folder, name);
    images.push(tag === undefined ? await fileImage(name, { path }, { platform, scratch, signal }) : await packageImage(tag, { path }, { platform, scratch, signal }));
  }
  await writeLayout(layout, images, platform);
}
