import { describe, expect, test } from 'vitest';
import { findBootFiles } from '../../src/boot/find-boot-files.ts';
import { RootPaths } from '../../src/boot/root-paths.ts';
import { diagnosticsOf, entry } from '../rig.ts';

function pathsOf(...texts: readonly string[]): RootPaths {
  const paths = new RootPaths();
  for (const text of texts) paths.add(entry(text));
  return paths;
}

const found = (...texts: readonly string[]): readonly string[] => {
  const { kernel, initrd } = findBootFiles(pathsOf(...texts));
  return [kernel.path, initrd.path];
};

describe('kernel and initrd in /boot', () => {
  test('are found with a version in their names', () => {
    expect(found('boot/', 'boot/config-6.1', 'boot/initrd.img-6.1', 'boot/vmlinuz-6.1')).toEqual(['boot/vmlinuz-6.1', 'boot/initrd.img-6.1']);
  });

  test('are found through links, also out of /boot and through linked folders', () => {
    const tree = ['lib -> usr/lib', 'usr/lib/modules/6.1/vmlinuz', 'boot/vmlinuz -> /lib/modules/6.1/vmlinuz', 'boot/initrd -> ../boot/real', 'boot/real'];
    expect(found(...tree)).toEqual(['usr/lib/modules/6.1/vmlinuz', 'boot/real']);
  });

  test('are found where /boot itself is a link, and hard links lead to their file', () => {
    expect(found('boot -> usr/lib/boot', 'usr/lib/boot/Image', 'usr/lib/boot/initramfs => data/ramdisk', 'data/ramdisk')).toEqual(['usr/lib/boot/Image', 'data/ramdisk']);
  });

  test('prefer the earlier prefix, then the first name', () => {
    expect(found('boot/vmlinuz', 'boot/zImage-2', 'boot/zImage-1', 'boot/initramfs', 'boot/initrd-x')).toEqual(['boot/zImage-1', 'boot/initrd-x']);
  });

  test('do not leave the root by a link', () => {
    expect(found('boot/vmlinuz -> ../../../../k', 'k', 'boot/initrd -> /../k')).toEqual(['k', 'k']);
  });

  test('pass over links that lead nowhere, in a circle, or to a folder', () => {
    expect(found('boot/vmlinuz -> gone', 'boot/vmlinuz-a -> vmlinuz-b', 'boot/vmlinuz-b -> vmlinuz-a', 'boot/vmlinuz-c/', 'boot/vmlinuz-d', 'boot/initrd')).toEqual([
      'boot/vmlinuz-d',
      'boot/initrd',
    ]);
  });

  test('are told apart by position when a path stands twice in the archive', () => {
    const { kernel } = findBootFiles(pathsOf('boot/vmlinuz', 'boot/initrd', './boot/vmlinuz'));
    expect(kernel.position).toBe(2);
  });

  test('that are missing are an error with what is there', async () => {
    const paths = pathsOf('boot/', 'boot/config-6.1', 'boot/vmlinuz -> vmlinuz-6.1', 'boot/initrd.img');
    expect(await diagnosticsOf(() => findBootFiles(paths))).toMatchInlineSnapshot(`
      "COS_ISO_BOOT_FILES: The root filesystem has no kernel in /boot.
      note: a kernel is a file whose name starts with uImage, Image, zImage, vmlinuz, image; an initrd with initrd, initramfs
      note: found in /boot: "config-6.1", "initrd.img", "vmlinuz" (leads to no file)
      hint: Let the system require a package that brings the kernel, and one that makes the initrd (dracut in a build step)."
    `);
    expect(await diagnosticsOf(() => findBootFiles(pathsOf('etc/')))).toContain('neither a kernel nor an initrd in /boot');
  });
});
