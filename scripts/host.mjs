// What the host needs beside Node and npm, and how it gets it. Plain JavaScript without dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian packages with a file or program that shows that they are there. */
const needs = {
  build: [
    { package: 'docker.io', program: 'dockerd' },
    { package: 'mmdebstrap', program: 'mmdebstrap' },
    { package: 'uidmap', program: 'newuidmap' },
    { package: 'squashfs-tools', program: 'mksquashfs' },
    { package: 'xorriso', program: 'xorriso' },
    { package: 'mtools', program: 'mcopy' },
    { package: 'dosfstools', program: 'mkfs.vfat' },
    { package: 'grub-common', program: 'grub-mkimage' },
    { package: 'grub-pc-bin', file: '/usr/lib/grub/i386-pc/cdboot.img' },
    { package: 'grub-efi-amd64-bin', file: '/usr/lib/grub/x86_64-efi/normal.mod' },
  ],
  test: [
    { package: 'qemu-system-x86', program: 'qemu-system-x86_64' },
    { package: 'ovmf', file: '/usr/share/OVMF/OVMF_CODE.fd' },
    { package: 'packer', program: 'packer' },
    { package: 'docker-registry', program: 'docker-registry' },
    { package: 'busybox-static', program: 'busybox' },
    { package: 'libcap2-bin', program: 'setcap' },
    { package: 'attr', program: 'setfattr' },
    { package: 'e2fsprogs', program: 'mke2fs' },
    { package: 'zstd', program: 'zstd' },
    { package: 'openssl', program: 'openssl' },
    { package: 'git', program: 'git' },
    { package: 'gnupg', program: 'gpg' },
    { package: 'minisign', program: 'minisign' },
    { package: 'openssh-client', program: 'ssh-keygen' },
    { package: 'mtree-netbsd', program: 'mtree' },
    { package: 'podman', program: 'podman' },
    { package: 'skopeo', program: 'skopeo' },
    { package: 'procps', program: 'ps' },
    { package: 'strace', program: 'strace' },
    { package: 'rpm', program: 'rpmbuild' },
  ],
};

const folders = [...new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'])].filter((folder) => folder !== '');

/** @param {string} program */
export function findProgram(program) {
  for (const folder of folders) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

export const isRoot = process.getuid?.() === 0;

/** Ends the program because the host lacks something: exit code 3, and the one command that mends it. */
export function lacking(what, command) {
  console.error(`\n${what}\nAs root, run:\n\n    ${command}\n`);
  process.exit(3);
}

/** Sees to it that everything is there for `build`, or for `build` and `test`. Installs as root; else stops and says the command. */
export function ensureHost(/** @type {'build' | 'test'} */ purpose) {
  if (process.platform !== 'linux') lacking('The host is not Linux: the build needs a Linux host with a container engine.', 'use a Debian 12 machine');
  const wanted = purpose === 'test' ? [...needs.build, ...needs.test] : needs.build;
  const missing = wanted.filter((need) => (need.program === undefined ? !existsSync(need.file) : findProgram(need.program) === undefined));
  if (missing.length === 0) return;
  const names = missing.map((need) => need.package).sort();
  const install = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  if (!isRoot) lacking(`These Debian packages are missing: ${names.join(', ')}.`, `apt-get update && ${install}`);
  if (findProgram('apt-get') === undefined) lacking(`These tools are missing, named as Debian's packages: ${names.join(', ')}.`, 'install them with the package manager of this distribution');
  console.log(`Installing Debian packages: ${names.join(', ')}`);
  for (const command of ['apt-get update', install]) {
    const result = spawnSync('sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    if (result.status !== 0) lacking(`"${command}" ended with status ${result.status}.`, command);
  }
  const still = missing.filter((need) => (need.program === undefined ? !existsSync(need.file) : findProgram(need.program) === undefined));
  if (still.length > 0) lacking(`Installed, but still not found: ${still.map((need) => need.program ?? need.file).join(', ')}.`, install);
}
