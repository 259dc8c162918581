import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startPodman } from './rig/podman.ts';

it('a Podman service whose test was killed goes with the next that is started', async () => {
  const program = `import { startPodman } from ${JSON.stringify(new URL('rig/podman.ts', import.meta.url).href)}; const { socket, pid } = await startPodman(); console.log(JSON.stringify({ socket, pid })); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { socket, pid } = JSON.parse(line.toString()) as { readonly socket: string; readonly pid: number };
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  const next = await startPodman();
  try {
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
    expect(existsSync(dirname(socket))).toBe(false);
  } finally {
    await next.stop();
  }
});

/** Nobody may be there to read how an orphan ended: it stays in the table then. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}
