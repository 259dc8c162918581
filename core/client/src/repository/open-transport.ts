import { formatPlatform, hostPlatform, type Registry } from '@cos/registry';
import { diskTransport } from './disk-transport.ts';
import { httpTransport } from './http-transport.ts';
import { imageTransport } from './image-transport.ts';
import type { Transport } from './transport.ts';

export interface OpenTransportRequest {
  /** The kinds of repositories that luet knows. */
  readonly type: 'disk' | 'http' | 'docker';
  /** A folder, an address, or `host/path`. */
  readonly url: string;
  /** Where a folder is, absolute. */
  readonly locate: (folder: string) => string;
  /** Asked for repositories in registries; packages there are those of this machine's platform. */
  readonly registry: Registry;
}

/** How the objects of a repository of a type are had. Nothing is asked yet. */
export function openTransport({ type, url, locate, registry }: OpenTransportRequest): Transport {
  switch (type) {
    case 'disk':
      return diskTransport(locate(url));
    case 'http':
      return httpTransport({ url });
    case 'docker':
      return imageTransport({ registry, repository: url, platform: formatPlatform(hostPlatform()) });
    default: {
      const never: never = type;
      return never;
    }
  }
}
