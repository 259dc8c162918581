import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './run-measured.ts';

// What cos adds to the builds of a chain of small packages, against the builds alone.

export const chainRounds = 3;
export const chainLinks = 4;

interface ChainRequest {
  /** The workspace. */
  readonly folder: string;
  readonly image: string;
  readonly cos: (...args: readonly string[]) => Promise<Measured>;
}

/** The same Dockerfiles as those of the chain, by the docker program, in turns with cos. Nothing is taken from the engine's cache: each round has commands of its own. */
export async function timeChains({ folder, image, cos }: ChainRequest): Promise<{ readonly builds: number; readonly chain: readonly Measured[] }> {
  const context = join(folder, 'context');
  mkdirSync(context);
  let builds = Infinity;
  const chain: Measured[] = [];
  for (let round = 1; round <= chainRounds; round += 1) {
    const start = performance.now();
    let from = image;
    for (let at = 1; at <= chainLinks; at += 1) {
      for (const [kind, command] of [['builder', ''], ['package', `RUN echo ${round} ${at} ${process.pid} > /small${at}\n`]]) {
        writeFileSync(join(context, 'Dockerfile'), `FROM ${from}\nCOPY . /luetbuild\nWORKDIR /luetbuild\nENV PACKAGE_NAME=p PACKAGE_VERSION=${round}.${at}.${process.pid}\n${command}`);
        from = `cos/bench:plain-${round}-${at}-${kind}`;
        execFileSync('docker', ['build', '--quiet', '--network', 'none', '--tag', from, context], { env: { ...process.env, DOCKER_BUILDKIT: '0' }, stdio: 'ignore' });
      }
    }
    builds = Math.min(builds, performance.now() - start);
    for (let at = 1; at <= chainLinks; at += 1) writeFileSync(join(folder, `packages/small${at}/build.yaml`), `image: base\nsteps:\n- echo ${round} ${process.pid} > /small${at}\n`);
    chain.push(await cos('chain', '--number', String(chainLinks)));
  }
  return { builds, chain };
}
