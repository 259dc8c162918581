import { defineTool } from '@cos/core';

/** Fedora's cracklib has a program of the same name: it prints no version, and so is not taken for Packer. */
export const packerTool = defineTool({ name: 'packer', versionArgs: ['--version'], versionPattern: /^(?:Packer v)?(\d+\.\d+\.\d+\S*)/, packages: { debian: 'packer' } });
