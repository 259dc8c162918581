import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosError, type CommandContext, type Secret } from '@cos/core';
import { onTestFinished } from 'vitest';

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-sign-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function* streamOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

/** Code and message of the diagnostics with which a call fails. */
export async function failureOf(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string; readonly hint?: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    const [{ code, message, hint } = { code: '', message: '', hint: undefined }] = error.diagnostics;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  throw new Error('did not fail');
}

/** True when openssl finds the signature file good. */
export function opensslVerifies(file: string, signature: string, publicKey: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'base64 -d "$2" > "$2.der" && openssl dgst -sha256 -verify "$3" -signature "$2.der" "$1"', 'sh', file, signature, publicKey], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

/** What the engine gives a command, in a folder of the test. */
export function contextOf(workspace: string, args: Readonly<Record<string, unknown>>, { cwd = workspace, password = '', options = {}, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly password?: string; readonly options?: Readonly<Record<string, unknown>> } = {}): CommandContext<any, any> & { readonly printed: string[] } {
  const printed: string[] = [];
  const file: Secret = { secret: { file: 'cos.key' }, name: 'file:cos.key' };
  const variable: Secret = { secret: { env: 'COS_PASSWORD' }, name: 'env:COS_PASSWORD' };
  return {
    args, workspace, cwd, printed,
    print: (line) => printed.push(line),
    reveal: async ({ name }) => (name === variable.name ? password : readFile(join(workspace, 'cos.key'), 'utf8')),
    plugin: { key: file, password: variable, skip: [], ...options },
    env, signal: new AbortController().signal, log: { info: () => {}, warn: () => {} }, tell: () => {}, run: async () => ({}), set: {}, derivatives: [],
    readPins: () => Promise.reject(new Error('Internal error: no pins here')), repeat: () => Promise.reject(new Error('Internal error: no builds here')), openTools: () => Promise.reject(new Error('Internal error: no tools here')),
  };
}

/** A repository of one package, app/tool, by the published format. */
export function writeRepository(folder: string, version = '1'): void {
  const work = join(folder, 'work');
  mkdirSync(join(work, 'tree/app/tool'), { recursive: true });
  const identity = { category: 'app', name: 'tool', version };
  writeFileSync(join(work, 'tree/app/tool/definition.yaml'), JSON.stringify(identity));
  writeFileSync(join(work, 'tool'), version);
  const tar = (name: string, from: string, what: string): string => {
    execFileSync('tar', ['-C', join(work, from), '-cf', join(folder, name), what]);
    return createHash('sha256').update(readFileSync(join(folder, name))).digest('hex');
  };
  const sha256 = tar('tool.package.tar', '.', 'tool');
  writeFileSync(join(work, 'repository.meta.yaml'), JSON.stringify({ index: [{ path: 'tool.package.tar', checksums: { sha256 }, compressiontype: 'none', compilationspec: { package: identity } }] }));
  const file = (name: string, from: string, what: string): object => ({ filename: name, compressiontype: 'none', checksums: { sha256: tar(name, from, what) } });
  const files = { tree: file('tree.tar', 'tree', 'app'), meta: file('repository.meta.yaml.tar', '.', 'repository.meta.yaml') };
  writeFileSync(join(folder, 'repository.yaml'), JSON.stringify({ name: 'sample', type: 'disk', revision: Number(version), last_update: '1800000000', repo_files: files }));
}
