import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEntry } from '@cos/archive';
import { describe, expect, test } from 'vitest';
import { liveRoot } from '../../src/squash/live-root.ts';
import { checkSquash, listSquashCommand, squashCommand } from '../../src/squash/squash-commands.ts';
import { presetOptions, squashPresets, type SquashPreset } from '../../src/squash/squash-options.ts';
import { archive, createFolder, diagnosticsOf, entry, epoch, runCall, tool } from '../rig.ts';

const root = archive(
  createEntry({ path: 'etc', type: 'directory', mode: 0o755, mtime: epoch }),
  createEntry({ path: 'etc/shadow', mode: 0o640, uid: 0, gid: 42, mtime: epoch }, 'root:*'),
  createEntry({ path: 'tmp', type: 'symlink', linkName: 'var/tmp' }),
  createEntry({ path: 'usr/bin/su', mode: 0o4755, uid: 1000, gid: 1000, mtime: epoch, xattrs: new Map([['security.capability', Buffer.from('0100000202040000000000000000000000000000', 'hex')]]) }, 'su'),
  createEntry({ path: 'dev/null', type: 'character', mode: 0o666, devMajor: 1, devMinor: 3 }),
);

async function squash(image: string, preset: SquashPreset = 'fast', isRoot = false): Promise<void> {
  await runCall(squashCommand({ image, options: presetOptions(preset, 'linux/amd64').args, isRoot }), liveRoot(root(), { epoch, times: 'keep' }));
}

describe('a squashfs image', () => {
  test('keeps owners, modes, devices and links, and has every folder that a live system needs', async () => {
    const image = join(await createFolder(), 'root.squashfs');
    await squash(image);
    const listing = await runCall(tool('unsquashfs', '-lln', image));
    checkSquash(listing);
    const lines = listing.split('\n').map((line) => line.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d /, ' ').replaceAll(/ +/g, ' '));
    expect(lines.filter((line) => line !== '').map((line) => line.replace(/^(d\S+ \S+) \d+/, '$1'))).toMatchInlineSnapshot(`
      [
        "drwxr-xr-x 0/0 squashfs-root",
        "drwxr-xr-x 0/0 squashfs-root/boot",
        "drwxr-xr-x 0/0 squashfs-root/dev",
        "crw-rw-rw- 0/0 1, 3 squashfs-root/dev/null",
        "drwxr-xr-x 0/0 squashfs-root/etc",
        "-rw-r----- 0/42 6 squashfs-root/etc/shadow",
        "drwxr-xr-x 0/0 squashfs-root/oem",
        "dr-xr-xr-x 0/0 squashfs-root/proc",
        "drwxr-xr-x 0/0 squashfs-root/run",
        "dr-xr-xr-x 0/0 squashfs-root/sys",
        "lrwxrwxrwx 0/0 7 squashfs-root/tmp -> var/tmp",
        "drwxr-xr-x 0/0 squashfs-root/usr",
        "drwxr-xr-x 0/0 squashfs-root/usr/bin",
        "-rwsr-xr-x 1000/1000 2 squashfs-root/usr/bin/su",
        "drwxr-xr-x 0/0 squashfs-root/usr/local",
      ]
    `);
    expect(await runCall(listSquashCommand(image))).toContain('drwxr-xr-x 0/0');
  });

  test.each(squashPresets)('of the preset %s has the same bytes twice, and in a namespace as without', async (preset) => {
    const folder = await createFolder();
    const images = ['a', 'b', 'c'].map((name) => join(folder, name));
    await squash(images[0] ?? '', preset);
    await squash(images[1] ?? '', preset);
    await squash(images[2] ?? '', preset, process.getuid?.() === 0);
    const [first, second, third] = await Promise.all(images.map((image) => readFile(image)));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    expect(first?.equals(third ?? Buffer.alloc(0))).toBe(true);
    const about = await runCall(tool('unsquashfs', '-s', images[0] ?? ''));
    expect(about).toContain(`Block size 1048576`);
    if (preset === 'none') expect(about).toMatch(/Data is uncompressed/);
  });

  test('keeps the capabilities of a file', async () => {
    const folder = await createFolder();
    const image = join(folder, 'root.squashfs');
    await squash(image);
    // The binary form of the attribute stands in the image's table, which `none` leaves readable.
    await squash(join(folder, 'plain'), 'none');
    expect((await readFile(join(folder, 'plain'))).includes(Buffer.from('capability'))).toBe(true);
  });

  test('whose root folder belongs to somebody else is refused', async () => {
    expect(await diagnosticsOf(() => checkSquash('drwxrwxrwx 65534/65534  42 2023-11-14 22:13 squashfs-root\n'))).toContain('COS_ISO_SQUASH: The root folder');
  });

  test('gets mount points only where nothing is', async () => {
    const names: string[] = [];
    const { readTar } = await import('@cos/archive');
    for await (const { path } of readTar(liveRoot(archive('usr/local/bin/x', 'oem -> var/oem', entry('proc/'))(), { epoch, times: 'keep' }))) names.push(path);
    expect(names).toEqual(['usr/local/bin/x', 'oem', 'proc', 'boot', 'dev', 'run', 'sys', 'tmp']);
  });
});
