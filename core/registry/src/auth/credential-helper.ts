import { spawn } from 'node:child_process';
import { sanitise } from '../http/refusal.ts';
import { findText, isRecord, parseJson } from '../manifest/json.ts';
import { RegistryError } from '../registry-error.ts';
import type { Credentials } from './credentials.ts';
import type { Variables } from './docker-auth.ts';
import { dockerHubKey } from './docker-config.ts';

export interface HelperRequest {
  /** `pass` means the program `docker-credential-pass`. */
  readonly name: string;
  readonly registry: string;
  /** The file that names the helper, for messages. */
  readonly path: string;
  readonly env: Variables;
  readonly signal: AbortSignal;
}

/** A helper may ask a person, but not forever. */
const helperMs = 60_000;
const outputLimit = 1 << 20;

/**
 * Asks a credential helper; undefined where it has nothing for the registry. What it prints is shown nowhere, except for the one line by which it
 * explains a failure. Format: github.com/docker/docker-credential-helpers, "Development": the registry on the standard input, JSON on the output.
 */
export async function askHelper({ name, registry, path, env, signal }: HelperRequest): Promise<Credentials | undefined> {
  signal.throwIfAborted();
  const program = `docker-credential-${name}`;
  const { status, output, failure } = await run(program, { input: registry === 'docker.io' ? dockerHubKey : registry, env, signal });
  signal.throwIfAborted();
  if (failure !== undefined) {
    const isMissing = Reflect.get(failure, 'code') === 'ENOENT';
    throw wrong(isMissing ? 'a program in PATH' : 'a program that runs', isMissing ? 'none' : failure.message, `Install ${program}, or take it out of ${path}.`);
  }
  const text = output.trim();
  if (status !== 0) {
    if (/credentials not found/i.test(text)) return undefined;
    // Where the protocol is kept, what is printed with a failure is its reason. A JSON object would be credentials.
    throw wrong('status 0', status === null ? 'a program that had to be killed' : `status ${status}${text === '' || text.includes('{') ? '' : `: ${sanitise(text, [])}`}`, `Try: echo ${registry} | ${program} get`);
  }
  const answer = parseJson(text);
  const username = isRecord(answer) ? findText(answer, 'Username') : undefined;
  const secret = isRecord(answer) ? findText(answer, 'Secret') : undefined;
  if (username === undefined || secret === undefined) throw wrong('JSON with Username and Secret', 'something else', `Try: echo ${registry} | ${program} get`);
  if (secret === '') return undefined;
  return username === '<token>' ? { kind: 'identity-token', token: secret } : { kind: 'password', username, password: secret };

  function wrong(expected: string, found: string, hint: string): RegistryError {
    return new RegistryError({ code: 'credentials', registry, summary: `The credential helper ${program}, which ${path} names, gives no credentials for ${registry}.`, expected, found, hint });
  }
}

interface Run {
  readonly status: number | null;
  readonly output: string;
  /** The program could not be run at all, or not to its end. */
  readonly failure: Error | undefined;
}

async function run(program: string, { input, env, signal }: { readonly input: string; readonly env: Variables; readonly signal: AbortSignal }): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(program, ['get'], { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
    const pieces: Buffer[] = [];
    let length = 0;
    let failure: Error | undefined;
    // It keeps its terminal, to ask a person. So there is no group to kill; what it has started itself may go on, but is not waited for.
    const kill = (): void => {
      child.kill('SIGKILL');
      child.stdout.destroy();
    };
    const timer = setTimeout(kill, helperMs);
    signal.addEventListener('abort', kill, { once: true });
    child.once('error', (error) => void (failure ??= error));
    // A helper that does not read its input ends the pipe; what counts is what it answers.
    child.stdin.on('error', () => {});
    child.stdin.end(`${input}\n`);
    child.stdout.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= outputLimit) pieces.push(piece);
      else kill();
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      resolve({ status, output: Buffer.concat(pieces).toString('utf8'), failure });
    });
  });
}
