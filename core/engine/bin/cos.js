#!/usr/bin/env node
// The launcher: plain JavaScript that any Node from 18 on understands. Where the running Node is too old, the one that the workspace brings takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** True for the versions of "engines" in package.json: ^22.22.2 || >=24.15.0 */
function isSupported(version) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 2);
  return major > 24 || (major === 24 && minor >= 15);
}

/** A Node that npm has installed beside the workspace or beside this package. */
function findOtherNode() {
  for (const start of [process.cwd(), here]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', '.bin', 'node');
      if (existsSync(candidate)) return candidate;
      if (dirname(folder) === folder) break;
    }
  }
  return undefined;
}

function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, COS_LAUNCHED: '1' } });
  // A terminal sends its interrupt to both, and the child takes two at once as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => lacking(`The Node at ${node} does not start: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0))));
}

function lacking(what) {
  process.stderr.write(`${what}\ncos needs Node ^22.22.2 or >= 24.15.0. Install it, or let npm bring it into the workspace:\n\n    npm install --save-dev node-linux-${process.arch}@24\n`);
  process.exit(3);
}

if (isSupported(process.versions.node)) {
  // Loading TypeScript configs is marked experimental in some versions; that is not the user's concern.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'string' ? rest[0] : rest[0]?.type;
    if (type !== 'ExperimentalWarning') emitWarning(warning, ...rest);
  };
  nodeModule.enableCompileCache?.();
  const { runOnProcess } = await import('../dist/cli.js');
  void runOnProcess();
} else {
  const found = `This is Node ${process.versions.node}`;
  const other = process.env.COS_LAUNCHED === undefined ? findOtherNode() : undefined;
  if (other === undefined) lacking(`${found}.`);
  else runWith(other);
}

