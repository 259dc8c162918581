import { describe, expect, test } from 'vitest';
import { qemuArguments, type MachineShape } from '../src/qemu-arguments.ts';

const shape: MachineShape = {
  medium: { kind: 'iso', path: '/images/a.iso' },
  uefi: undefined,
  memoryMiB: 512,
  cpus: 2,
  accel: 'tcg',
  network: 'none',
  extraArgs: [],
};

describe('arguments of the emulator', () => {
  test('attach an ISO as a read-only disk, without network, display or monitor', () => {
    expect(qemuArguments(shape).join(' ')).toMatchInlineSnapshot(
      `"-no-user-config -nodefaults -no-reboot -accel tcg,thread=multi -cpu max -m 512 -smp 2 -vga std -display none -chardev stdio,id=console,signal=off -serial chardev:console -nic none -device virtio-rng-pci -drive if=none,id=medium,file=/images/a.iso,format=raw,readonly=on -device virtio-blk-pci,drive=medium,bootindex=0"`,
    );
  });

  test('attach an ISO as a CD where asked', () => {
    const args = qemuArguments({ ...shape, medium: { kind: 'iso', path: '/images/a.iso', attachedAs: 'cdrom' } });
    expect(args).toContain('ide-cd,drive=medium,bootindex=0');
  });

  test('throw the changes of a disk away unless it is writable', () => {
    const disk = { kind: 'disk', path: '/images/d.qcow2', format: 'qcow2' } as const;
    expect(qemuArguments({ ...shape, medium: disk })).toContain('if=none,id=medium,file=/images/d.qcow2,format=qcow2,snapshot=on');
    expect(qemuArguments({ ...shape, medium: { ...disk, writable: true } })).toContain(
      'if=none,id=medium,file=/images/d.qcow2,format=qcow2,snapshot=off',
    );
  });

  test('never write into the firmware that is installed', () => {
    const args = qemuArguments({ ...shape, uefi: { code: '/fw/code.fd', variables: '/fw/vars.fd' } });
    expect(args.filter((word) => word.includes('pflash'))).toEqual([
      'if=pflash,unit=0,format=raw,readonly=on,file=/fw/code.fd',
      'if=pflash,unit=1,format=raw,snapshot=on,file=/fw/vars.fd',
    ]);
  });

  test('keep a comma of a path from ending the value', () => {
    const args = qemuArguments({ ...shape, medium: { kind: 'iso', path: '/a,readonly=off.iso' } });
    expect(args).toContain('if=none,id=medium,file=/a,,readonly=off.iso,format=raw,readonly=on');
  });

  test('put the arguments of the user last', () => {
    expect(qemuArguments({ ...shape, extraArgs: ['-S'] }).at(-1)).toBe('-S');
  });
});
