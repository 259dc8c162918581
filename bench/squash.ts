import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duration, type Figure } from './measure.ts';
import { runMeasured, type Measured } from './run-measured.ts';
import { chainLinks, chainRounds, timeChains } from './squash-chain.ts';
import { writeSquashWorkspace } from './squash-workspace.ts';

const cosProgram = join(import.meta.dirname, '..', 'node_modules/@cos/core/bin/cos.js');
/** What the time may be of that of the floor, and megabytes of memory, whatever the size. */
const AIM = 1.3;
const MEMORY = 200;

interface Base {
  readonly bytes: number;
  readonly smallFiles?: number;
  readonly rounds: number;
  /** Whether builds of small packages on it are measured, too. */
  readonly chain?: boolean;
}

const bases: readonly Base[] = [
  { bytes: 60e6, rounds: 4 },
  { bytes: 250e6, rounds: 3, chain: true },
  { bytes: 1000e6, rounds: 2 },
  { bytes: 1e6, smallFiles: 50_000, rounds: 2 },
];

/**
 * From an image in the container engine to a compressed archive of a package, by the real command, against the least that makes a compressed tar of the
 * same image: `docker export | zstd -3 -T2`. Of each the least of some rounds in turns, as time and as processor time, which other work on the machine
 * changes less. The processor time of the engine itself is in neither: other work of the engine would be in it, too. The start of cos is in all of its figures.
 */
export async function* benchSquash(): AsyncGenerator<Figure, void, undefined> {
  for (const base of bases) yield* await benchBase(base);
}

async function benchBase({ bytes, smallFiles = 0, rounds, chain = false }: Base): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-bench-squash-'));
  try {
    const written = writeSquashWorkspace({ folder, bytes, smallFiles, packages: Math.max(rounds * 2, chainLinks) });
    const cos = async (...args: readonly string[]): Promise<Measured> => runMeasured(process.execPath, [cosProgram, 'run', ...args], { cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache') } });
    await cos('base');
    const image = docker('image', 'ls', '--quiet', 'cos/bench').split('\n')[0] ?? '';
    const container = docker('container', 'create', image, '/bin/sh').trim();
    try {
      const [known, unknown, floors]: [Measured[], Measured[], Measured[]] = [[], [], []];
      for (let round = 1; round <= rounds; round += 1) {
        floors.push(await runMeasured('sh', ['-c', 'docker container export "$1" | zstd -3 -T2 --force --quiet -o "$2"', 'sh', container, join(folder, 'floor.tar.zst')], { cwd: folder }));
        known.push(await cos('whole', '--number', String(round)));
        rmSync(join(folder, 'cache'), { recursive: true, force: true });
        unknown.push(await cos('whole', '--number', String(rounds + round)));
      }
      const title = `${Math.round(written.bytes / 1e6)} MB in ${written.files} files`;
      return [
        ...compared(`archive of an image of ${title}`, known, floors),
        ...compared(`the same when no run has read the image yet`, unknown, floors),
        ...(chain ? await benchChain({ folder, image, title, cos }) : []),
      ];
    } finally {
      docker('container', 'rm', container);
      for (const name of docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', 'cos/bench').split('\n').filter((line) => line !== '')) docker('image', 'rm', '--force', name);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchChain({ title, ...request }: Parameters<typeof timeChains>[0] & { readonly title: string }): Promise<readonly Figure[]> {
  const { builds, chain } = await timeChains(request);
  return [duration(`image and archive of a small package on ${title}, each of ${chainLinks}`, least(chain, 'ms') / chainLinks, builds / chainLinks), memory(`  peak memory for ${chainLinks} small packages, ${chainRounds} times`, chain)];
}

function compared(name: string, runs: readonly Measured[], floors: readonly Measured[]): readonly Figure[] {
  return [duration(name, least(runs, 'ms'), least(floors, 'ms'), AIM), duration('  processor time', least(runs, 'cpu'), least(floors, 'cpu'), AIM), memory('  peak memory', runs)];
}

function least(runs: readonly Measured[], what: 'ms' | 'cpu'): number {
  return Math.min(...runs.map((run) => run[what]));
}

function memory(name: string, runs: readonly Measured[]): Figure {
  const value = Math.max(...runs.map((run) => run.memory));
  return { name, value, unit: 'MB', floor: MEMORY, ratio: value / MEMORY, aim: 1 };
}

function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' });
}
