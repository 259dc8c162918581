import { CosError, type Platform } from '@cos/core';
import { render } from '@cos/file-templates';
import type { IsoCode } from '../codes.ts';
import { kernelArguments } from './kernel-line.ts';
import { checkLabel } from './label.ts';
import { initrdPath, kernelPath } from './medium-files.ts';

export interface BootMenuRequest {
  readonly title: string;
  readonly label: string;
  /** Added to the kernel line. */
  readonly kernelArguments: readonly string[];
  /** Seconds until the first entry starts; 0 starts it at once. */
  readonly timeout: number;
  readonly platform: Platform;
}

/** A template's source text. */
export interface MenuTemplate {
  readonly name: string;
  readonly text: string;
}

/**
 * The boot menu of the medium. Templates can name `title`, `label`,
 * `timeout`, `kernel`, `initrd`, `kernelArguments` (a list) and `isEfiOnly`.
 *
 * @throws CosError COS_ISO_MENU, COS_ISO_LABEL, COS_ISO_KERNEL_ARGUMENT
 */
export function renderBootMenu(request: BootMenuRequest, source: MenuTemplate): string {
  const label = checkLabel(request.label);
  const data = {
    title: request.title,
    label,
    timeout: request.timeout,
    kernel: kernelPath,
    initrd: initrdPath,
    kernelArguments: [...kernelArguments({ label, platform: request.platform, added: request.kernelArguments })],
    isEfiOnly: request.platform === 'linux/arm64',
  };
  const result = render(source.text, { name: source.name, data });
  if (result.ok) return result.text;
  const { message, line, column, length, expected, found, hint, frame } = result.problem;
  throw new CosError({
    code: 'COS_ISO_MENU' satisfies IsoCode,
    severity: 'error',
    message: `${message}${expected === undefined ? '' : `; expected ${expected}`}${found === undefined ? '' : `, found ${found}`}.`,
    ...(line === undefined ? {} : { place: { file: source.name, line, ...(column === undefined ? {} : { column }), ...(length === undefined ? {} : { length }) } }),
    ...(frame.length === 0 ? {} : { source: frame.join('\n') }),
    ...(hint === undefined ? {} : { hint }),
  });
}
