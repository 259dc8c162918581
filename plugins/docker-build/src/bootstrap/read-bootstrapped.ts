import { canonicalize, readTar, writeTar, type TarEntry } from '@cos/archive';
import { failureOf } from '../errors.ts';
import { POOL, type BootstrapOptions } from './arguments.ts';

// The archive of a bootstrapped system without what differs from host to host and from day to day. mmdebstrap removes package lists, caches and logs, and
// empties /etc/machine-id; it takes the host's name and resolver along, though, and package scripts leave backups and logs.

/** What is dropped, folders excepted. */
const droppedFiles: readonly RegExp[] = [
  /^etc\/(?:hostname|resolv\.conf)$/,
  /^etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-$/,
  /^var\/cache\/(?:apt|debconf|man)\/.*(?:-old|\.bin|\.deb|\/lock|index\.db)$/,
  /^var\/cache\/ldconfig\/./,
  /^var\/lib\/apt\/(?:lists|periodic)\/./,
  /^var\/lib\/dpkg\/(?:.*-old|lock|lock-frontend|triggers\/Lock)$/,
  /^var\/lib\/dbus\/machine-id$/,
  /^var\/lib\/systemd\/(?:random-seed|credential\.secret)$/,
  /^var\/log\/./,
];

/** What is dropped with everything below it. */
const droppedTrees = /^(?:run|tmp|var\/tmp)\/./;

export interface ReadBootstrappedOptions {
  readonly options: BootstrapOptions;
  readonly scratch: string;
  /** All times become this one. */
  readonly epoch: number;
}

/** The canonical archive. Throws COS_DOCKER_BOOTSTRAP_FAILED when the pool stayed empty although packages were named for it. */
export async function* readBootstrapped(source: AsyncIterable<Uint8Array>, { options, scratch, epoch }: ReadBootstrappedOptions): AsyncGenerator<Uint8Array, void, undefined> {
  let pooled = 0;
  async function* kept(): AsyncGenerator<TarEntry, void, undefined> {
    for await (const entry of readTar(source)) {
      const path = entry.path.replace(/^\.\//, '');
      if (droppedTrees.test(path) || (entry.type !== 'directory' && droppedFiles.some((pattern) => pattern.test(path)))) continue;
      if (path.startsWith(`${POOL}/`)) pooled++;
      yield entry;
    }
  }
  yield* canonicalize(writeTar(kept()), { scratch, epoch, times: 'set' });
  if (options.pool.length > 0 && pooled === 0) {
    throw failureOf('COS_DOCKER_BOOTSTRAP_FAILED', `The packages for the pool (${options.pool.join(', ')}) brought no files.`, {
      hint: 'They may be installed already; take them out of "pool".',
    });
  }
}
