import { describe, expect, test } from 'vitest';
import { renderBootMenu, type BootMenuRequest } from '../../src/medium/boot-menu.ts';
import { kernelArguments } from '../../src/medium/kernel-line.ts';
import { checkLabel } from '../../src/medium/label.ts';
import { readOwnMenu } from '../../src/own-menu.ts';
import { createFolder, diagnosticsOf, runCall, tool } from '../rig.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const request: BootMenuRequest = { title: `Bob's "OS" $HOME`, label: 'MY_OS', kernelArguments: ['quiet', 'dyndbg=file ec.c +p'], timeout: 5, platform: 'linux/amd64' };

describe('the boot menu', () => {
  test('names the volume by the label that is written, and quotes what the user gave', async () => {
    expect(renderBootMenu(request, await readOwnMenu())).toMatchInlineSnapshot(`
      "# Boot menu of the live medium MY_OS.
      set default=live
      set timeout_style=menu
      set timeout=5

      # UEFI firmware mirrors its console by itself; a machine without a serial port keeps just the screen.
      if [ "$grub_platform" = pc ]; then
        if serial --unit=0 --speed=115200; then
          terminal_input --append serial
          terminal_output --append serial
        fi
      fi

      menuentry 'Bob'\\''s "OS" $HOME' --id live {
        linux /boot/kernel 'cdroot' 'root=live:CDLABEL=MY_OS' 'rd.live.dir=/' 'rd.live.squashimg=rootfs.squashfs' 'rd.live.overlay.overlayfs=1' 'console=tty1' 'console=ttyS0' 'rd.cos.disable' 'quiet' 'dyndbg=file ec.c +p'
        initrd /boot/initrd
      }

      menuentry 'Reboot' --id reboot {
        reboot
      }

      menuentry 'Power off' --id halt {
        halt
      }
      "
    `);
  });

  test.each(['linux/amd64', 'linux/arm64'] as const)('for %s is a script that GRUB understands', async (platform) => {
    const path = join(await createFolder(), 'grub.cfg');
    await writeFile(path, renderBootMenu({ ...request, platform }, await readOwnMenu()));
    await runCall(tool('grub-script-check', path));
  });

  test('of the user is rendered with the same names', () => {
    const template = { name: 'menu.hbs', text: '{{title}}|{{label}}|{{timeout}}|{{kernel}}|{{initrd}}|{{join kernelArguments " "}}|{{isEfiOnly}}' };
    expect(renderBootMenu({ ...request, title: 'T', kernelArguments: [], platform: 'linux/arm64' }, template)).toBe(
      'T|MY_OS|5|/boot/kernel|/boot/initrd|cdroot root=live:CDLABEL=MY_OS rd.live.dir=/ rd.live.squashimg=rootfs.squashfs rd.live.overlay.overlayfs=1 console=tty1 console=ttyAMA0 rd.cos.disable|true',
    );
  });

  test('of the user that names what is not there is a located error', async () => {
    expect(await diagnosticsOf(() => renderBootMenu(request, { name: 'menu.hbs', text: 'set x={{titel}}\n' }))).toContain('COS_ISO_MENU');
  });
});

describe('kernel arguments', () => {
  test.each(['', ' quiet', 'a"b', 'a\\b', 'a\nb', 'ä'])('cannot be %j', async (argument) => {
    expect(await diagnosticsOf(() => kernelArguments({ label: 'X', platform: 'linux/amd64', added: [argument] }))).toContain('COS_ISO_KERNEL_ARGUMENT');
  });
});

describe('a label', () => {
  test.each(['COS_LIVE', 'a', 'x'.repeat(32), '1.2-3'])('can be %j', (label) => {
    expect(checkLabel(label)).toBe(label);
  });

  test.each(['', '-volid', '.x', 'x'.repeat(33), 'MY OS', 'A/B', 'Ä', "a'b"])('cannot be %j', async (label) => {
    expect(await diagnosticsOf(() => checkLabel(label))).toContain('COS_ISO_LABEL');
  });
});
