import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createEntry, writeTar, type TarEntry } from '@cos/archive';
import { CosError } from '@cos/core';
import { onTestFinished } from 'vitest';
import type { ToolCall } from '../src/tool-call.ts';

export const epoch = 1_700_000_000;

/** An empty folder that is removed after the test. */
export async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-iso-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a call in the environment that stages get; gives standard output, throws with both streams when it fails. */
export async function runCall(call: ToolCall, stdin?: AsyncIterable<Uint8Array>): Promise<string> {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: String(epoch), HOME: '/nonexistent', ...call.env };
  const child = spawn(call.tool, call.args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (output += piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (errors += piece));
  const closed = once(child, 'close');
  await pipeline(Readable.from(stdin ?? []), child.stdin);
  const [code] = await closed;
  if (code !== 0) throw new Error(`${call.tool} ended with ${String(code)}:\n${output}${errors}`);
  return output;
}

export const tool = (name: string, ...args: readonly string[]): ToolCall => ({ tool: name, args, env: {} });

/** Entries of an archive in short: `path/` is a folder, `path -> target` a symbolic link, `path => target` a hard link, else a file. */
export function entry(text: string, content = text): TarEntry {
  const [symlink = '', target] = text.split(' -> ');
  if (target !== undefined) return createEntry({ path: symlink, type: 'symlink', linkName: target });
  const [link = '', other] = text.split(' => ');
  if (other !== undefined) return createEntry({ path: link, type: 'link', linkName: other });
  return text.endsWith('/') ? createEntry({ path: text.slice(0, -1), type: 'directory' }) : createEntry({ path: text }, content);
}

export function archive(...entries: readonly (TarEntry | string)[]): () => AsyncIterable<Uint8Array> {
  return () => writeTar(entries.map((item) => (typeof item === 'string' ? entry(item) : item)));
}

/** The diagnostics that an action fails with, as a person would read them. */
export async function diagnosticsOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    return error.diagnostics
      .map(({ code, message, notes = [], hint = '' }) => [`${code}: ${message}`, ...notes.map((note) => `note: ${note.message}`), `hint: ${hint}`].join('\n'))
      .join('\n');
  }
  throw new Error('expected diagnostics');
}
