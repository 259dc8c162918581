import { readFileSync } from 'node:fs';
import { createEntry, writeTar, type TarEntry } from '@cos/archive';

const applets = ['sh', 'echo', 'cat', 'mkdir', 'rm', 'cp', 'ln', 'chmod', 'chown', 'sleep', 'mkfifo', 'ls', 'touch', 'env', 'true', 'false', 'mv', 'id'];

/** Entries of the smallest system that can run shell commands: the host's static busybox and links to it. */
export function busyboxEntries(extra: readonly TarEntry[] = []): readonly TarEntry[] {
  return [
    createEntry({ path: 'bin', type: 'directory' }),
    createEntry({ path: 'bin/busybox', mode: 0o755 }, readFileSync('/bin/busybox')),
    ...applets.map((applet) => createEntry({ path: `bin/${applet}`, type: 'symlink', linkName: 'busybox' })),
    createEntry({ path: 'etc', type: 'directory' }),
    createEntry({ path: 'etc/hosts' }, '127.0.0.1 of-the-image\n'),
    createEntry({ path: 'etc/hostname' }, 'of-the-image\n'),
    createEntry({ path: 'etc/resolv.conf', type: 'symlink', linkName: '../run/resolv.conf' }),
    createEntry({ path: 'tmp', type: 'directory', mode: 0o1777 }),
    ...extra,
  ];
}

export function busyboxTar(extra: readonly TarEntry[] = []): AsyncIterable<Uint8Array> {
  return writeTar(busyboxEntries(extra));
}
