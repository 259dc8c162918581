import { normalPath, type TarHeader } from '@cos/archive';

// An engine lays files of its own over those of an image when it makes a container, so a container cannot tell what the image has there.

const paths: ReadonlySet<string> = new Set(['etc/hosts', 'etc/hostname', 'etc/resolv.conf', 'etc/mtab', 'dev/console', '.dockerenv']);

/** Whether containers have another file at this path (see `normalPath`). */
export function isEngineFile(path: string): boolean {
  return paths.has(path);
}

/** Such files are small; one that is not is read in another way. */
const MAX_KEPT = 4 * 1024 * 1024;

/** Whether the content of a layer's entry is kept with the listing of the layer. */
export function isKept({ path, size }: TarHeader): boolean {
  return size <= MAX_KEPT && isEngineFile(normalPath(path));
}
