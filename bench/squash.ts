import { execFileSync } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalize, compress } from '@cos/archive';
import { duration, medianOf, type Figure } from './measure.ts';

/** A root filesystem to a canonical, compressed archive, against `zstd -3 -T2` of the same tar. */
export async function benchSquash(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-bench-squash-'));
  try {
    const tar = join(folder, 'root.tar');
    // Programs and libraries of the host: what root filesystems are made of.
    execFileSync('sh', ['-c', 'tar --create --file "$1" --directory / --ignore-failed-read usr/bin usr/lib/x86_64-linux-gnu 2>/dev/null || test -s "$1"', 'sh', tar], { stdio: 'ignore' });
    const scratch = join(folder, 'scratch');
    mkdirSync(scratch);
    const floor = await medianOf(3, () => void execFileSync('zstd', ['-3', '-T2', '--force', '--quiet', '-o', join(folder, 'floor.zst'), tar]));
    const value = await medianOf(3, async () => {
      let bytes = 0;
      for await (const chunk of compress(canonicalize(createReadStream(tar), { scratch, epoch: 0 }), { format: 'zstd' })) bytes += chunk.length;
      writeFileSync(join(folder, 'bytes'), String(bytes));
    });
    return [duration(`canonical archive of ${Math.round(statSync(tar).size / 1e6)} MB, zstd`, value, floor)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
