import { describe, expect, test } from 'vitest';
import { ownOptions, presetOptions, squashPresets } from '../../src/squash/squash-options.ts';
import { diagnosticsOf } from '../rig.ts';

describe('options for mksquashfs', () => {
  test('of each preset', () => {
    const shown = squashPresets.map((preset) => [preset, presetOptions(preset, 'linux/amd64').args.join(' ')]);
    expect(Object.fromEntries(shown)).toEqual({
      release: '-b 1M -comp xz -Xbcj x86',
      fast: '-b 1M -comp zstd -Xcompression-level 3',
      gzip: '-b 1M -comp gzip',
      none: '-b 1M -noI -noId -noD -noF -noX',
    });
  });

  test('filter code of the target, whatever machine runs this', () => {
    expect(presetOptions('release', 'linux/arm64').args.join(' ')).toBe('-b 1M -comp xz -Xbcj arm');
  });

  test('of the user are kept as they are', () => {
    const list = ['-comp', 'zstd', '-Xcompression-level', '19', '-b', '256K', '-no-fragments'];
    expect(ownOptions(list)).toEqual({ args: list, compression: 'zstd' });
    expect(ownOptions(['-noI', '-noD', '-noF', '-noX']).compression).toBe('none');
    expect(ownOptions([]).compression).toBe('gzip');
  });

  test.each([[['-pf', '/etc/passwd']], [['-p', 'x f 644 0 0 touch /tmp/x']], [['-Xhelp;reboot']], [['xz']], [['-comp', '-noI']], [['-comp']], [['-b', '1M x']], [['-e', 'etc']], [['-action', 'x']]])(
    'of the user that are not about compression are refused: %j',
    async (list) => {
      expect(await diagnosticsOf(() => ownOptions(list))).toContain('COS_ISO_SQUASH_OPTION');
    },
  );
});
