import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanWorkspace } from '../../execute/clean.ts';
import { openStores } from '../../plan/stores.ts';
import type { Settings } from '../arguments.ts';
import { prepareConfig } from '../prepare.ts';
import { tell, type Terminal } from '../terminal.ts';

/** `cos clean`: removes what cos keeps; outputs stay unless `all`. */
export async function clean(all: boolean, settings: Settings, terminal: Terminal): Promise<number> {
  const { config } = await prepareConfig(settings);
  const { workspace, cacheFolder, outDir } = config;
  const cleaned = await cleanWorkspace({ workspace, folder: join(workspace, cacheFolder), storeOf: openStores(config, terminal.env), signal: terminal.signal });
  const removed = [...cleaned.removed];
  if (all) {
    await rm(join(workspace, outDir), { recursive: true, force: true });
    removed.push(outDir);
  }
  tell(terminal, cleaned.warnings, { workspace, color: settings.errorColor });
  const external = cleaned.external === 0 ? '' : ` and ${cleaned.external} artifacts in stores of plugins`;
  terminal.out.write(removed.length === 0 && cleaned.external === 0 ? 'There was nothing to remove.\n' : `Removed ${removed.join(', ') || 'nothing'}${external}.\n`);
  return 0;
}
