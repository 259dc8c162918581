import type { FirmwareFiles } from './find-firmware.ts';

/** A CD image. As `disk` (default) it is what a USB stick would be; as `cdrom` the firmware takes the El Torito way. */
export interface IsoMedium {
  readonly kind: 'iso';
  readonly path: string;
  readonly attachedAs?: 'disk' | 'cdrom';
}

/** A disk image. What the guest writes is thrown away when the machine stops, unless `writable` is true. */
export interface DiskMedium {
  readonly kind: 'disk';
  readonly path: string;
  /** Default `raw`. It is never guessed: a guest could write a header that makes its disk look like another format. */
  readonly format?: 'raw' | 'qcow2';
  /** Default false. */
  readonly writable?: boolean;
}

export type Medium = IsoMedium | DiskMedium;

/** Everything that decides the emulator's command line; paths are absolute. */
export interface MachineShape {
  readonly medium: Medium;
  /** `undefined`: the BIOS that QEMU brings (SeaBIOS). */
  readonly uefi: FirmwareFiles | undefined;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly accel: 'tcg' | 'kvm';
  readonly network: 'none' | 'user';
  readonly extraArgs: readonly string[];
}

/**
 * The arguments of `qemu-system-x86_64`: the first serial port is standard input and output, no display, no monitor, a guest that
 * reboots or powers off ends the process. The variables of the firmware are a private copy that QEMU itself keeps in an unlinked
 * file, so that no file is left behind whatever happens.
 */
export function qemuArguments(shape: MachineShape): readonly string[] {
  const accelerator = shape.accel === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'max'];
  const size = ['-m', String(shape.memoryMiB), '-smp', String(shape.cpus)];
  const console = ['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'];
  return [
    '-no-user-config',
    '-nodefaults',
    '-no-reboot',
    ...accelerator,
    ...size,
    '-vga',
    'std',
    '-display',
    'none',
    ...console,
    '-nic',
    shape.network,
    '-device',
    'virtio-rng-pci',
    ...(shape.uefi === undefined ? [] : firmwareArguments(shape.uefi)),
    ...mediumArguments(shape.medium),
    ...shape.extraArgs,
  ];
}

function firmwareArguments(files: FirmwareFiles): readonly string[] {
  const code = `if=pflash,unit=0,format=raw,readonly=on,file=${quoteValue(files.code)}`;
  const variables = `if=pflash,unit=1,format=raw,snapshot=on,file=${quoteValue(files.variables)}`;
  return ['-drive', code, '-drive', variables];
}

function mediumArguments(medium: Medium): readonly string[] {
  const file = `if=none,id=medium,file=${quoteValue(medium.path)}`;
  if (medium.kind === 'disk') {
    const keeping = medium.writable === true ? 'snapshot=off' : 'snapshot=on';
    return ['-drive', `${file},format=${medium.format ?? 'raw'},${keeping}`, '-device', 'virtio-blk-pci,drive=medium,bootindex=0'];
  }
  if (medium.attachedAs === 'cdrom') {
    return ['-drive', `${file},format=raw,readonly=on,media=cdrom`, '-device', 'ide-cd,drive=medium,bootindex=0'];
  }
  return ['-drive', `${file},format=raw,readonly=on`, '-device', 'virtio-blk-pci,drive=medium,bootindex=0'];
}

/** A comma ends a value in QEMU's option syntax; two commas are one comma of the value. */
function quoteValue(path: string): string {
  return path.replaceAll(',', ',,');
}
