import { constants } from 'node:fs';
import { copyFile, link, lstat, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { CosError, defineCommand, defineTool, hexOf, type CommandContext, type Diagnostic, type Parameters, type Repetition } from '@cos/core';
import { sha256OfFile } from '@cos/trust';
import { fail } from '../errors.ts';
import { compareBuilds } from '../rebuild/compare-builds.ts';
import { compareRequests, type Cause } from '../rebuild/compare-requests.ts';
import { compareContents } from '../rebuild/contents/compare-contents.ts';
import type { ListOptions } from '../rebuild/contents/list-content.ts';
import { peek } from '../rebuild/contents/part.ts';
import { nameFiles } from '../rebuild/name-files.ts';
import { readStatement, type Statement } from '../rebuild/read-statement.ts';
import { causeLines, writeJson, writeReport } from '../rebuild/report.ts';
import { stepsOf } from '../rebuild/step.ts';

const parameters = {
  artifact: { type: 'text', required: true, positional: true, description: 'a file or folder that was built, with its statement beside it' },
  provenance: { type: 'text', description: 'the statement; default: ARTIFACT.provenance.json, else ARTIFACT.intoto.jsonl' },
  key: { type: 'list', description: 'the file of a public key: the statement must be signed by it; of several one is enough' },
  anyway: { type: 'flag', description: 'build also where the workspace is not the one of the statement, and tell what is different' },
  keep: { type: 'text', description: 'a folder in which the second artifact is left; default: it is removed' },
  json: { type: 'flag', description: 'print JSON, for programs' },
} as const satisfies Parameters;

/** Whether a second build of an artifact gives the same bytes, and if not, which files differ. */
export const rebuild = defineCommand({
  description: 'build an artifact again, and compare; exit code 0: identical, 1: different, or a step failed, 2: it cannot be compared',
  parameters,
  tools: [defineTool({ name: 'unsquashfs', versionArgs: ['-version'], versionPattern: /version (\S+)/, versionExits: [0, 1], packages: { debian: 'squashfs-tools', fedora: 'squashfs-tools', opensuse: 'squashfs' } })],
  failure: 2,
  async handle(context: CommandContext<unknown, typeof parameters>) {
    const { args, cwd, workspace, signal, log, print } = context;
    const path = resolve(cwd, args.artifact);
    const show = (file: string): string => shown(workspace, file);
    const isFolder = (await stat(path).catch((cause: unknown) => fail('COS_ATTEST_REQUEST', `Expected a file or folder that was built; found none at ${args.artifact}.`, { hint: 'Give paths relative to the current folder, or absolute ones.', cause }))).isDirectory();
    const keep = args.keep === undefined ? undefined : join(resolve(cwd, args.keep), basename(path));
    if (keep !== undefined && (await lstat(keep).catch(() => undefined)) !== undefined) fail('COS_ATTEST_REQUEST', `Expected nothing at ${show(keep)}, where the second artifact is to be left; there is something.`, { hint: 'Name another folder with --keep, or move it away.' });
    const statement = await readStatement({ path, given: args.provenance === undefined ? undefined : resolve(cwd, args.provenance), keys: args.key.map((key) => resolve(cwd, key)), show });
    if (!isFolder) checkSubject(statement, await sha256OfFile(path), show(path));
    // Before anything is built: a day later is too late to hear of a program that is missing.
    const options: ListOptions = { signal, tools: isFolder || !(await mayHoldSquashfs(path)) ? undefined : await context.openTools() };
    const readable = options.tools === undefined ? path : await bringIn(path, { workspace, scratch: options.tools.scratch });

    const known = new Set(statement.steps.flatMap(({ outputs }) => outputs.map(({ digest }) => digest)));
    const repetition = await context.repeat({ ...statement.request, artifact: statement.artifact.from, known });
    if (isFolder) await checkFolder(statement, repetition, path, show(path));
    const causes = checkWorkspace(statement, repetition, args.anyway);
    for (const line of causeLines(causes)) log.warn(line);
    if (statement.signedBy === undefined) log.info(`${statement.shown} is believed as it is: --key FILE demands a signature.`);

    const repeated = await repetition.build(keep === undefined ? {} : { keep });
    if (repeated.end === 'failed') return repeated.exitCode;
    const steps = stepsOf(repeated.provenance);
    const builds = compareBuilds(statement.steps, steps);
    const { artifact } = repeated.provenance;
    const identical = artifact.digest === statement.artifact.digest;
    const second = identical ? undefined : await repeated.made(artifact.kind, artifact.digest);
    const files = second === undefined ? undefined : await compareContents({ path: readable }, second, options);
    const changed = [...builds.origins, ...builds.asked, ...builds.followed];
    const named = [];
    for (const { task } of [...builds.origins, ...builds.asked]) named.push(await nameFiles(task, { changed, steps, artifact: files ?? [], kept: repetition.kept, made: repeated.made, options }));
    const outcome = { artifact: args.artifact, statement: { file: statement.shown, signedBy: statement.signedBy }, identical, causes, builds, named, files };
    for (const line of args.json ? [writeJson(outcome)] : writeReport(outcome)) print(line);
    return identical ? 0 : 1;
  },
});

/** Relative to the workspace where the path lies inside. */
function shown(workspace: string, path: string): string {
  const inside = relative(workspace, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

/** Tools of a toolchain see the workspace, but not the rest of the host. */
async function bringIn(path: string, { workspace, scratch }: { readonly workspace: string; readonly scratch: string }): Promise<string> {
  if (!isAbsolute(shown(workspace, path))) return path;
  const inside = join(scratch, 'artifact');
  await link(path, inside).catch(async () => copyFile(path, inside, constants.COPYFILE_FICLONE));
  return inside;
}

function checkSubject(statement: Statement, found: string, path: string): void {
  if (statement.subjects.includes(found) && hexOf(statement.artifact.digest) === found) return;
  fail('COS_ATTEST_OTHER_ARTIFACT', `Expected ${path} to have the SHA-256 that ${statement.shown} names, ${hexOf(statement.artifact.digest)}; found ${found}.`, { hint: 'It was changed since, or the statement is of another build.' });
}

async function checkFolder(statement: Statement, repetition: Repetition, path: string, shownPath: string): Promise<void> {
  const found = await repetition.digestOf(path);
  if (found === statement.artifact.digest) return;
  fail('COS_ATTEST_OTHER_ARTIFACT', `Expected the content of ${shownPath} to have the digest that ${statement.shown} names, ${statement.artifact.digest}; found ${found}.`, { hint: 'A file in it was changed, added or removed since, or the statement is of another build.' });
}

/** What is different before anything is built; throws it unless the user wants to go on. Tools of the host are told only. */
function checkWorkspace(statement: Statement, repetition: Repetition, goOn: boolean): readonly Cause[] {
  const { workspace, tools } = compareRequests(statement, repetition);
  if (workspace.length > 0 && !goOn) {
    const problem: Diagnostic = {
      code: 'COS_ATTEST_WORKSPACE',
      severity: 'error',
      message: `Expected the workspace that ${statement.shown} was written of; ${workspace.length === 1 ? 'one thing is' : `${workspace.length} things are`} different, so that other bytes would be no wonder.`,
      notes: causeLines([...workspace, ...tools]).map((message) => ({ message })),
      hint: 'Check out the revision that it was built from, with its cos.lock, and give --set and --values as they were given. `--anyway` builds all the same.',
    };
    throw new CosError(problem);
  }
  return [...workspace, ...tools];
}

/** Media and images of squashfs. */
async function mayHoldSquashfs(path: string): Promise<boolean> {
  const [start, volume] = [await peek({ path }, 0, 4), await peek({ path }, 16 * 2048 + 1, 5)];
  return start.toString('latin1') === 'hsqs' || volume.toString('latin1') === 'CD001';
}
