import type { Digest, Platform } from '@cos/core';
import { packerText } from './packer-text.ts';
import type { TemplateOptions } from './template-options.ts';

/** What a template of this plugin can name. Free text is written so that Packer leaves it as it is. */
export function templateData(options: TemplateOptions, iso: { readonly digest: Digest }, platform: Platform): object {
  const arch = platform === 'linux/arm64' ? 'arm64' : 'amd64';
  const { password, ...ssh } = options.ssh;
  return {
    ...options,
    arch,
    isoChecksum: iso.digest,
    outputFolder: `${options.name}-QEMU-${arch}`,
    shutdownCommand: packerText(options.shutdownCommand),
    provision: options.provision.map(packerText),
    ssh: { ...ssh, hasPassword: password !== null, password: packerText(password ?? '') },
    qemuArguments: [
      ...(arch === 'arm64' ? [['-cpu', 'cortex-a57']] : []),
      ...(options.firmware === undefined ? [] : [['-bios', packerText(options.firmware)]]),
    ],
    artifacts: [...new Set(options.artifacts)].sort().map((suffix) => (suffix === 'vagrant' ? { processor: 'vagrant', suffix: 'box' } : { processor: 'compress', suffix })),
  };
}
