import { runTool } from './run-tool.ts';

/** Makes a squashfs image, without privileges: mksquashfs gives the root folder to its caller, who is root in a namespace of their own. */
export async function writeSquashfs(archive: AsyncIterable<Uint8Array>, file: string, signal: AbortSignal): Promise<void> {
  const args = ['-', file, '-tar', '-b', '1M', '-comp', 'zstd', '-root-mode', '0755', '-noappend', '-no-recovery', '-exit-on-error', '-no-progress', '-quiet'];
  const [tool, all] = process.getuid?.() === 0 ? ['mksquashfs', args] : ['unshare', ['--map-root-user', 'mksquashfs', ...args]];
  await runTool(tool, all, { package: 'squashfs-tools', input: archive, signal });
}
