import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ClientError } from '../client-error.ts';

export interface RunToolRequest {
  /** What to install when it is missing. */
  readonly package: string;
  readonly input?: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Runs a program that makes a file system, with a clock that stands still, and answers what it printed. Throws ClientError `unsupported`. */
export async function runTool(tool: string, args: readonly string[], { package: hint, input, signal }: RunToolRequest): Promise<string> {
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C', TZ: 'UTC', E2FSPROGS_FAKE_TIME: '315532800', SOURCE_DATE_EPOCH: '315532800' };
  const child = spawn(tool, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], signal, env });
  let output = '';
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject('code' in error && error.code === 'ENOENT' ? new ClientError('unsupported', `\`${tool}\` is not on this host.`, { hint: `Install ${hint}.`, cause: error }) : error));
    child.once('close', resolve);
  });
  const fed = input === undefined || child.stdin === null ? Promise.resolve() : pipeline(Readable.from(input, { objectMode: false }), child.stdin);
  const [code] = await Promise.all([ended, fed.catch(async (error: unknown) => {
    child.kill();
    // A tool that ends early says why by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  })]);
  if (code === 0) return printed;
  throw new ClientError('unsupported', `\`${tool}\` ended with exit status ${code ?? 'unknown'}.`, { notes: output.trim().split('\n').slice(-20).map((line) => `| ${line}`), hint: 'See what it says; check the space of the target and of TMPDIR.' });
}
