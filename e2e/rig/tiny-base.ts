import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes a root filesystem of about 2 MB: the statically linked busybox of the host with links for the commands that recipes use. */
export function writeTinyBase(file: string): void {
  const root = mkdtempSync(join(tmpdir(), 'cos-tiny-base-'));
  try {
    for (const folder of ['bin', 'sbin', 'etc', 'usr', 'tmp', 'var', 'proc', 'sys', 'dev', 'run', 'root']) mkdirSync(join(root, folder));
    copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    chmodSync(join(root, 'tmp'), 0o1777);
    for (const command of ['sh', 'cat', 'cp', 'chmod', 'echo', 'mkdir', 'ln', 'ls', 'rm', 'sleep', 'test', 'true', 'false', 'dd']) symlinkSync('busybox', join(root, 'bin', command));
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
    execFileSync('tar', ['--create', '--file', file, '--directory', root, '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '.']);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
