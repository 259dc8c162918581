// Sees to it that a container engine answers. Starts Docker where none runs; never stops one that it did not start.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { findProgram, isRoot, lacking } from './host.mjs';

const socketPath = (process.env.DOCKER_HOST ?? '').startsWith('unix://') ? process.env.DOCKER_HOST.slice('unix://'.length) : '/var/run/docker.sock';

/** @returns {Promise<'up' | 'denied' | 'down'>} */
function ping() {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: 5_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? 'up' : 'down');
    });
    call.on('error', (error) => resolve('code' in error && error.code === 'EACCES' ? 'denied' : 'down'));
    call.on('timeout', () => call.destroy());
    call.end();
  });
}

/** @param {string} root folder for the engine's log */
export async function ensureEngine(root) {
  // Another kind of address (tcp, ssh) is the user's own: cos itself checks it.
  if (process.env.DOCKER_HOST !== undefined && !process.env.DOCKER_HOST.startsWith('unix://')) return { stop: () => {} };
  const state = await ping();
  if (state === 'up') return { stop: () => {} };
  if (state === 'denied') lacking(`The container engine at ${socketPath} refuses this user.`, `usermod -aG docker ${process.env.USER ?? '$USER'}    # then log in again`);
  if (existsSync('/run/systemd/system')) {
    if (!isRoot) lacking('No container engine runs.', 'systemctl start docker');
    console.log('Starting the container engine: systemctl start docker');
    spawnSync('systemctl', ['start', 'docker'], { stdio: 'inherit' });
    await untilUp(() => false, '');
    return { stop: () => {} };
  }
  if (!isRoot) lacking('No container engine runs.', 'setsid dockerd >/var/log/dockerd.log 2>&1 &');
  const folder = join(root, '.cache');
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'dockerd.log');
  const log = openSync(logFile, 'a');
  const child = spawn(findProgram('dockerd') ?? 'dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended = false;
  child.on('exit', () => (ended = true));
  child.on('error', () => (ended = true));
  child.unref();
  console.log(`Starting the container engine: dockerd, process ${child.pid}, log .cache/dockerd.log`);
  await untilUp(() => ended, logFile);
  return {
    stop: () => {
      if (!ended && child.pid !== undefined) process.kill(child.pid, 'SIGTERM');
    },
  };
}

async function untilUp(hasEnded, logFile) {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    if ((await ping()) === 'up') return;
    if (hasEnded()) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const lines = logFile !== '' && existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n') : '';
  lacking(`The container engine did not start.\n${lines}`, 'dockerd    # and see what it says');
}
