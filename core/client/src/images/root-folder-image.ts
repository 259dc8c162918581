import { packTree } from '@cos/archive';
import { CAPABILITY, readCapabilities } from '../install/capabilities.ts';
import type { ImageLayers } from './image-layers.ts';

/** A root filesystem in a folder, as it is: with owners and capabilities. For others than root, who own all of it, its files belong to root. Throws ClientError `unsupported`. */
export function rootFolderImage(folder: string, place: string): ImageLayers {
  return {
    place,
    layers: async function* () {
      const capabilities = readCapabilities(folder);
      yield packTree(folder, {
        owner: process.getuid?.() === 0 ? 'real' : 'root',
        describe: (found) => {
          const value = capabilities.get(found.path);
          return value === undefined ? found : { ...found, xattrs: new Map([[CAPABILITY, value]]) };
        },
      });
    },
  };
}
