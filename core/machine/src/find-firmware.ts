import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { MachineError } from './machine-error.ts';

/** The two halves of a UEFI firmware: the program, and the first contents of its variables. Both are only ever read. */
export interface FirmwareFiles {
  readonly code: string;
  readonly variables: string;
}

/** Where the distributions put OVMF (firmware without secure boot); the first pair that is complete wins. */
const known: readonly FirmwareFiles[] = [
  { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  { code: '/usr/share/OVMF/OVMF_CODE.fd', variables: '/usr/share/OVMF/OVMF_VARS.fd' },
  { code: '/usr/share/edk2/ovmf/OVMF_CODE.fd', variables: '/usr/share/edk2/ovmf/OVMF_VARS.fd' },
  { code: '/usr/share/qemu/ovmf-x86_64-code.bin', variables: '/usr/share/qemu/ovmf-x86_64-vars.bin' },
  { code: '/usr/share/edk2/x64/OVMF_CODE.4m.fd', variables: '/usr/share/edk2/x64/OVMF_VARS.4m.fd' },
];

/**
 * Finds the UEFI firmware among `candidates` (default: the places that Debian, Fedora, openSUSE and Arch use).
 *
 * @throws MachineError `COS_TOOL_MISSING`
 */
export async function findFirmware(candidates: readonly FirmwareFiles[] = known): Promise<FirmwareFiles> {
  for (const files of candidates) {
    if ((await isReadable(files.code)) && (await isReadable(files.variables))) return files;
  }
  throw new MachineError({
    code: 'COS_TOOL_MISSING',
    summary: 'The UEFI firmware for virtual machines (OVMF) is not installed.',
    expected: 'a readable pair of firmware and variables files',
    found: `none of ${candidates.map((files) => files.code).join(', ')}`,
    hint: 'install ovmf (Debian, Ubuntu), edk2-ovmf (Fedora, Arch) or qemu-ovmf-x86_64 (openSUSE), or boot with firmware "bios"',
  });
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
