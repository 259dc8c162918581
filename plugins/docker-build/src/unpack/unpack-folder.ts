import { unpackRoot, type ImageLayers } from '@cos/client';

export interface UnpackFolderRequest {
  readonly image: ImageLayers;
  /** Absolute. */
  readonly folder: string;
  readonly scratch: string;
}

/** Unpacks an image into a folder, as far as this user may, and says in words what of the image is not in it. */
export async function unpackFolder({ image, folder, scratch }: UnpackFolderRequest): Promise<readonly string[]> {
  const owner = process.getuid?.() === 0 ? 'archive' : 'current';
  const { skipped, withoutAttributes } = await unpackRoot({ image, folder, owner, scratch });
  const some = (list: readonly string[]): string => `${list.slice(0, 3).join(', ')}${list.length > 3 ? ` and ${list.length - 3} more` : ''}`;
  return [
    ...(owner === 'current' ? ['without root everything belongs to you, and no file is setuid: use --format tar or squashfs to keep owners'] : []),
    ...(skipped.length > 0 ? [`devices are left out: ${some(skipped)}`] : []),
    ...(withoutAttributes.length > 0 ? [`extended attributes are left out: ${some(withoutAttributes)}`] : []),
  ];
}
