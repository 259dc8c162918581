// Finalizers: commands of a package that run in the root after it is installed.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createGoTemplateRender, parseYaml, readFinalizer } from '@cos/luet';
import { ClientError } from '../client-error.ts';
import type { PublishedPackage } from '../repository/published-package.ts';
import type { RootFolder } from '../root/root-folder.ts';
import { labelOf, type PendingFinalizer } from '../select/installed-package.ts';

/** The commands of a package's finalize.yaml, rendered with its definition; undefined when there are none. Throws ClientError `format`. */
export function finalizerOf(one: PublishedPackage, order: number): PendingFinalizer | undefined {
  if (one.finalizer === undefined) return undefined;
  const file = `finalize.yaml of ${labelOf(one.definition)}`;
  const rendered = createGoTemplateRender()({ source: one.finalizer, name: file, values: one.values });
  if (!rendered.ok) throw new ClientError('format', `The ${file} cannot be rendered: ${rendered.message}.`, { notes: rendered.line === undefined ? [] : [`line ${rendered.line}`] });
  const { root, problems } = parseYaml({ text: rendered.text, file });
  const read = readFinalizer(root);
  const [problem] = [...problems, ...read.problems].filter(({ severity }) => severity === 'error');
  if (problem !== undefined) throw new ClientError('format', `The ${file} cannot be understood: ${problem.message}.`);
  const { shell, install } = read.finalizer;
  return install.length === 0 ? undefined : { shell: shell.length === 0 ? ['sh', '-c'] : shell, commands: install, order };
}

export interface FinalizeRequest {
  readonly root: RootFolder;
  readonly label: string;
  readonly finalizer: PendingFinalizer;
  /** All that commands see of the environment, beside a usual PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Each line that a command writes. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs the commands, each as a process of its own, until one fails. In a root other than `/` they run in namespaces of their own, by `unshare` of
 * util-linux: they see no process of the host, no network, and nothing outside of the root. Throws ClientError `finalizer`.
 */
export async function runFinalizer(request: FinalizeRequest): Promise<void> {
  for (const command of request.finalizer.commands) await runCommand(request, command);
}

async function runCommand({ root, label, finalizer, env, onLine, signal }: FinalizeRequest, command: string): Promise<void> {
  const inside = [...finalizer.shell, command];
  const [program = 'sh', ...args] = root.path === '/' ? inside : ['unshare', ...namespaces(root), '--', ...inside];
  const child = spawn(program, args, { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env }, signal });
  const tail: string[] = [];
  const take = async (stream: AsyncIterable<Buffer>): Promise<void> => {
    let rest = '';
    const tell = (line: string): void => {
      onLine(line);
      tail.push(line);
      if (tail.length > 20) tail.shift();
    };
    for await (const chunk of stream) {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(tell);
    }
    if (rest !== '') tell(rest);
  };
  const ended = new Promise<{ readonly code: number | null; readonly cause?: unknown }>((resolve) => {
    child.once('error', (cause) => resolve({ code: null, cause }));
    child.once('close', (code) => resolve({ code }));
  });
  const [{ code, cause }] = await Promise.all([ended, take(child.stdout), take(child.stderr)]);
  signal.throwIfAborted();
  if (code === 0) return;
  const what = cause === undefined ? `ended with status ${code ?? 'of a signal'}` : `does not start (${program})`;
  throw new ClientError('finalizer', `A command of the finalizer of ${label} ${what}.`, {
    notes: [`the command: ${command}`, ...tail.map((line) => `| ${line}`)],
    hint: 'The package is installed. The next command on this root runs the finalizer again.',
    cause,
  });
}

function namespaces(root: RootFolder): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  const hasProc = statSync(root.onDisk('proc'), { throwIfNoEntry: false })?.isDirectory() === true;
  return ['--mount', '--pid', '--fork', '--kill-child', '--net', '--ipc', '--uts', ...(isRoot ? [] : ['--user', '--map-root-user']), ...(hasProc ? ['--mount-proc'] : []), `--root=${root.path}`, '--wd=/'];
}
