export { startMachine } from './start-machine.ts';
export type { Machine, MachineExit, MachineOptions, WaitOptions } from './start-machine.ts';
export { MachineError } from './machine-error.ts';
export type { MachineErrorCode } from './machine-error.ts';
export type { DiskMedium, IsoMedium, Medium } from './qemu-arguments.ts';
export { findFirmware } from './find-firmware.ts';
export type { FirmwareFiles } from './find-firmware.ts';
export { findQemu } from './find-qemu.ts';
