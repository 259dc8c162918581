// From a clone to a built workspace: npm packages (which bring the right Node) and the compiled packages of cos.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');

/** The environment for programs of the workspace: its own Node first, no daemons, no calls home. */
export const environment = {
  ...process.env,
  PATH: [bin, process.env.PATH ?? '', '/usr/sbin', '/sbin'].join(delimiter),
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  CHECKPOINT_DISABLE: '1',
};

/** Runs a program in the workspace and answers its exit status. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: environment, ...options });
  if (result.error !== undefined) throw result.error;
  return result.status ?? 1;
}

/** Like {@link run}, but a failure ends this program with the same status. */
export function mustRun(program, args, options = {}) {
  const status = run(program, args, options);
  if (status !== 0) {
    console.error(`\nFailed: ${[program, ...args].join(' ')} (exit status ${status})`);
    process.exit(status);
  }
}

/**
 * Runs programs at once, each a list of words. The first one prints as it goes, the others when they have ended. All are waited for, also when one fails;
 * then this program ends with the status of the first that failed.
 */
export async function mustRunTogether(...commands) {
  const ended = await Promise.all(
    commands.map(([program, ...args], index) => new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: root, env: environment, stdio: index === 0 ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
      const output = [];
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
      child.once('error', reject);
      child.once('close', (code) => resolve({ status: code ?? 1, command: [program, ...args].join(' '), output }));
    })),
  );
  for (const { output } of ended) for (const chunk of output) process.stdout.write(chunk);
  const failed = ended.filter(({ status }) => status !== 0);
  for (const { command, status } of failed) console.error(`\nFailed: ${command} (exit status ${status})`);
  if (failed.length > 0) process.exit(failed[0].status);
}

/** Installs npm packages where they are missing or older than the lock file. */
export function ensurePackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && existsSync(join(bin, 'node')) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing npm packages into node_modules (Node 24 among them)');
  mustRun('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Compiles every package; what has not changed is taken from the build's own cache. */
export function buildPackages() {
  console.log('Building the packages of cos');
  const result = spawnSync(join(bin, 'nx'), ['run-many', '-t', 'build', '--output-style=static'], { cwd: root, env: environment, encoding: 'utf8' });
  if (result.status !== 0) {
    console.error(`${result.stdout}\n${result.stderr}`);
    process.exit(result.status ?? 1);
  }
}
