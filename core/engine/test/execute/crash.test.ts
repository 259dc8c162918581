import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { hashTree } from '../../src/fingerprint/hash-tree.ts';
import type { Event, Summary } from '../../src/model/event.ts';
import { parts } from './fixtures/plant.ts';
import { makeWorkspace, type Workspace } from './workspace.ts';

/** Kills of a run at random moments; `npm run soak` sets a larger dose. */
const kills = Number(process.env['COS_TEST_KILLS'] ?? 6);

function plant(version = 'one'): Workspace {
  const workspace = makeWorkspace();
  for (const part of parts) workspace.write(`src/${part}`, `${part} ${version}`);
  return workspace;
}

interface Child {
  readonly process: ChildProcess;
  readonly events: Event[];
  readonly ended: Promise<Summary | undefined>;
}

function start(workspace: Workspace, wrapper: readonly string[] = []): Child {
  const [command, ...args] = [...wrapper, process.execPath, join(import.meta.dirname, 'fixtures/run-child.ts'), workspace.root];
  const child = spawn(command ?? '', args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const events: Event[] = [];
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) events.push(JSON.parse(line) as Event);
  });
  const ended = once(child, 'close').then(() => {
    const last = events.at(-1);
    return last?.type === 'summary' ? last : undefined;
  });
  return { process: child, events, ended };
}

const outputOf = async (workspace: Workspace) => {
  const tree = await hashTree(join(workspace.root, 'build'), { profile: 'source', title: 'build' });
  if (!tree.ok) throw new Error(JSON.stringify(tree.failures));
  return tree.value.digest;
};

/** Processes whose command line names something of the workspace. */
function processesOf(workspace: Workspace): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && pid !== String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(workspace.root);
    } catch {
      return false;
    }
  });
}

async function untilStarted(child: Child, count: number): Promise<void> {
  while (child.events.filter(({ type }) => type === 'task-started').length < count) await delay(5);
}

describe('a run that is killed', () => {
  test('at any moment leaves nothing that a later run would wrongly believe', async () => {
    const undisturbed = plant();
    await start(undisturbed).ended;
    const wanted = await outputOf(undisturbed);
    const workspace = plant();
    for (let kill = 0; kill < kills; kill += 1) {
      // Everything has to be made in each round; some of it is known from an earlier one.
      for (const part of parts) workspace.write(`src/${part}`, `${part} ${Math.random() < 0.3 ? 'one' : kill}`);
      const child = start(workspace);
      // From the first moments to the last: a whole run takes some 700 ms here.
      await delay(120 + Math.random() * 700);
      child.process.kill('SIGKILL');
      await child.ended;
    }
    for (const part of parts) workspace.write(`src/${part}`, `${part} one`);
    const summary = await start(workspace).ended;
    expect(summary).toMatchObject({ exitCode: 0, failed: 0 });
    expect(await outputOf(workspace)).toBe(wanted);
    expect(await start(workspace).ended).toMatchObject({ fresh: parts.length + 1 });
    for (const folder of ['.cos/scratch', '.cos/runs', '.cos/locks', '.cos/cache/tmp']) expect(readdirSync(join(workspace.root, folder))).toEqual([]);
    expect(readdirSync(join(workspace.root, 'build'))).toEqual(['all', 'sums.txt']);
  }, 120_000);

  test('says so in the reasons of the next', async () => {
    const reasons = new Set<string>();
    // Now and then what had started is done before the signal arrives: then there is nothing to tell.
    for (let attempt = 0; attempt < 10 && !reasons.has('the last run was interrupted'); attempt += 1) {
      const workspace = plant();
      const child = start(workspace);
      await untilStarted(child, 1);
      child.process.kill('SIGKILL');
      await child.ended;
      const next = start(workspace);
      await next.ended;
      for (const event of next.events) if (event.type === 'task-started') reasons.add(event.reason);
    }
    expect([...reasons]).toContain('the last run was interrupted');
  });

  test('has its tools ended by the next one', async () => {
    const workspace = plant();
    writeFileSync(join(workspace.root, 'src/a'), 'x'.repeat(10));
    const child = start(workspace);
    await untilStarted(child, 2);
    const [registration = ''] = readdirSync(join(workspace.root, '.cos/runs'));
    const sleeper = spawn('sh', ['-c', 'sleep 60', workspace.root], { detached: true, stdio: 'ignore' });
    // As if the killed run had started it.
    const stat = readFileSync(`/proc/${sleeper.pid}/stat`, 'latin1');
    child.process.kill('SIGKILL');
    await child.ended;
    writeFileSync(join(workspace.root, '.cos/runs', registration), `${sleeper.pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}\n`, { flag: 'a' });
    const gone = once(sleeper, 'exit');
    expect(await start(workspace).ended).toMatchObject({ exitCode: 0 });
    expect(await gone).toEqual([null, 'SIGKILL']);
  });
});

describe('a run that is interrupted', () => {
  test('ends its tools, leaves no scratch, and exits with 130', async () => {
    const workspace = plant();
    const child = start(workspace);
    await untilStarted(child, 2);
    child.process.kill('SIGINT');
    const summary = await child.ended;
    expect(summary).toMatchObject({ exitCode: 130, failed: 0 });
    expect(child.process.exitCode).toBe(130);
    expect(processesOf(workspace)).toEqual([]);
    expect(readdirSync(join(workspace.root, '.cos/scratch'))).toEqual([]);
    expect(readdirSync(join(workspace.root, '.cos/runs'))).toEqual([]);
    expect(await start(workspace).ended).toMatchObject({ exitCode: 0 });
  });
});

describe('two runs of one workspace', () => {
  test('at once make each thing once, and both end well', async () => {
    const workspace = plant();
    const children = [start(workspace), start(workspace), start(workspace)];
    const summaries = await Promise.all(children.map(({ ended }) => ended));
    expect(summaries.map((summary) => summary?.exitCode)).toEqual([0, 0, 0]);
    const built = children.flatMap(({ events }) => events.flatMap((event) => (event.type === 'task-finished' && event.outcome === 'built' ? [event.name] : [])));
    expect(built.sort()).toEqual([...parts, 'all'].sort());
    const undisturbed = plant();
    await start(undisturbed).ended;
    expect(await outputOf(workspace)).toBe(await outputOf(undisturbed));
  });
});

describe('a full disk', () => {
  // A limit on the size of files needs no privileges and fails writes in the same places.
  const limited = (kilobytes: number) => ['sh', '-c', `trap '' XFSZ; ulimit -f ${kilobytes * 2}; exec "$@"`, 'sh'];

  test('fails the tasks that meet it with a code, keeps nothing half-written, and is no harm later', async () => {
    const workspace = plant();
    const child = start(workspace, limited(150));
    expect(await child.ended).toMatchObject({ exitCode: 1, built: 0 });
    const codes = child.events.flatMap((event) => (event.type === 'task-finished' && event.failure !== undefined ? [event.failure.code] : []));
    expect(codes.length).toBeGreaterThan(0);
    expect(new Set(codes)).toEqual(new Set(['COS_TASK_DISK_FULL']));
    expect(readdirSync(join(workspace.root, '.cos/scratch'))).toEqual([]);
    expect(await start(workspace).ended).toMatchObject({ exitCode: 0, built: parts.length + 1 });
  });

  test('stops a run that cannot even write down what it does', async () => {
    const workspace = plant();
    const child = start(workspace, limited(0));
    expect((await child.ended)?.exitCode ?? 1).not.toBe(0);
    expect(await start(workspace).ended).toMatchObject({ exitCode: 0 });
  });
});
