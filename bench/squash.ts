import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duration, type Figure } from './measure.ts';
import { runMeasured, type Measured } from './run-measured.ts';
import { writeSquashWorkspace } from './squash-workspace.ts';

const rounds = 3;
const links = 4;
const cosProgram = join(import.meta.dirname, '..', 'node_modules/@cos/core/bin/cos.js');

/**
 * From an image in the container engine to a compressed archive of a package, by the real command, against the least that makes a compressed tar of the
 * same image: `docker export | zstd -3 -T2`. And what cos adds to the builds of a chain of small packages, against the builds alone.
 */
export async function benchSquash(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-bench-squash-'));
  try {
    const { bytes } = writeSquashWorkspace({ folder, bytes: 450e6, packages: Math.max(rounds * 2, links) });
    const cos = async (...args: readonly string[]): Promise<Measured> => runMeasured(process.execPath, [cosProgram, 'run', ...args], { cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache') } });
    await cos('base');
    const image = docker('image', 'ls', '--quiet', 'cos/bench').split('\n')[0] ?? '';
    const container = docker('container', 'create', image, '/bin/sh').trim();
    const size = `${Math.round(bytes / 1e6)} MB`;
    try {
      const known: Measured[] = [];
      const unknown: Measured[] = [];
      let floor = Infinity;
      for (let round = 1; round <= rounds; round += 1) {
        floor = Math.min(floor, exportAndCompress(container, folder));
        known.push(await cos('whole', '--number', String(round)));
        rmSync(join(folder, 'cache'), { recursive: true, force: true });
        unknown.push(await cos('whole', '--number', String(rounds + round)));
      }
      const { builds, chain } = await timeChains(folder, image, cos);
      return [
        duration(`archive of all of an image of ${size}`, best(known), floor),
        duration(`the same when no run has read the image yet`, best(unknown), floor),
        memory(`peak memory for the archive of ${size}`, known),
        memory(`peak memory when no run has read the image yet`, unknown),
        duration(`image and archive of a small package on ${size}, each of ${links}`, best(chain) / links, builds / links),
        memory(`peak memory for ${links} small packages`, chain),
      ];
    } finally {
      docker('container', 'rm', container);
      for (const name of docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'cos/bench').split('\n').filter((line) => line !== '')) docker('image', 'rm', '--force', name);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same Dockerfiles as those of the chain, by the docker program, in turns with cos. Nothing is taken from the engine's cache: each round has commands of its own. */
async function timeChains(folder: string, image: string, cos: (...args: readonly string[]) => Promise<Measured>): Promise<{ readonly builds: number; readonly chain: readonly Measured[] }> {
  const context = join(folder, 'context');
  mkdirSync(context);
  let builds = Infinity;
  const chain: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const start = performance.now();
    let from = image;
    for (let at = 1; at <= links; at += 1) {
      for (const [kind, command] of [['builder', ''], ['package', `RUN echo ${round} ${at} ${process.pid} > /small${at}\n`]]) {
        writeFileSync(join(context, 'Dockerfile'), `FROM ${from}\nCOPY . /luetbuild\nWORKDIR /luetbuild\nENV PACKAGE_NAME=p PACKAGE_VERSION=${round}.${at}.${process.pid}\n${command}`);
        from = `cos/bench:plain-${round}-${at}-${kind}`;
        execFileSync('docker', ['build', '--quiet', '--network', 'none', '--tag', from, context], { env: { ...process.env, DOCKER_BUILDKIT: '0' }, stdio: 'ignore' });
      }
    }
    builds = Math.min(builds, performance.now() - start);
    for (let at = 1; at <= links; at += 1) writeFileSync(join(folder, `packages/small${at}/build.yaml`), `image: base\nsteps:\n- echo ${round} ${process.pid} > /small${at}\n`);
    chain.push(await cos('chain', '--number', String(links)));
  }
  return { builds, chain };
}

function exportAndCompress(container: string, folder: string): number {
  const start = performance.now();
  execFileSync('sh', ['-c', 'docker container export "$1" | zstd -3 -T2 --force --quiet -o "$2"', 'sh', container, join(folder, 'floor.tar.zst')]);
  return performance.now() - start;
}

function best(runs: readonly Measured[]): number {
  return Math.min(...runs.map(({ ms }) => ms));
}

/** Against 200 MB, whatever the size of the image. */
function memory(name: string, runs: readonly Measured[]): Figure {
  const value = Math.max(...runs.map((run) => run.memory));
  return { name, value, unit: 'MB', floor: 200, ratio: value / 200 };
}

function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' });
}
