import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyBase } from './tiny-base.ts';

export interface LocalBase extends Disposable {
  /** `cos-e2e/x1y2:1`: the engine has it, no registry does. */
  readonly name: string;
  /** Gives the name to an image with one more file. */
  move(): void;
}

/** A small base image that was loaded into the engine under a name of this test. `host`: of another engine than that of this host, as DOCKER_HOST. */
export function makeLocalBase(host?: string): LocalBase {
  const env = { ...process.env, ...(host === undefined ? {} : { DOCKER_HOST: host }) };
  const name = `cos-e2e/${Math.random().toString(36).slice(2, 10)}:1`;
  const folder = mkdtempSync(join(tmpdir(), 'cos-base-'));
  const file = join(folder, 'base.tar');
  try {
    writeTinyBase(file);
    execFileSync('docker', ['import', '--change', 'ENV PATH=/bin', file, name], { env, stdio: 'pipe' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    name,
    move: () => {
      const builder = execFileSync('docker', ['build', '--quiet', '--network', 'none', '--tag', name, '-'], { env, input: `FROM ${name}\nRUN echo moved > /moved\n`, encoding: 'utf8' });
      if (!builder.startsWith('sha256:')) throw new Error(builder);
    },
    [Symbol.dispose]: () => void execFileSync('docker', ['rmi', '--force', name], { env, stdio: 'pipe' }),
  };
}
