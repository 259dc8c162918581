import { basename, resolve } from 'node:path';
import { CosError, defineCommand, type CommandContext, type Parameters } from '@cos/core';
import { createRegistry, hostSettings } from '@cos/registry';
import { openPrivateKey, publicPem, signatureRepository, trustedKey } from '@cos/trust';
import type { pluginOptions } from '../options.ts';
import { readPassword, type PasswordRequest } from '../password.ts';
import { explaining, problem } from '../problem.ts';
import { writeManifest } from '../files/write-manifest.ts';
import { programs, signWith } from '../programs/detached.ts';
import { signSubject } from '../signing/sign-subject.ts';
import { readSkipped } from '../skipped.ts';
import { findSubject, type Subject } from '../subject.ts';
import type * as z from 'zod/mini';

const parameters = {
  what: { type: 'list', required: true, positional: true, description: 'images (host/path:tag or @digest), image repositories (docker:host/path), repository folders, files' },
  missing: { type: 'flag', description: 'sign only what has no good signature by this key' },
  all: { type: 'flag', description: 'of an image repository sign every image, not the index alone' },
  skip: { type: 'list', description: 'a regular expression of images (host/path:tag) that are left out' },
  signatures: { type: 'text', description: 'the image repository for signatures of images; default: that of the config, COSIGN_REPOSITORY, or that of the image' },
  annotation: { type: 'list', description: 'NAME=value that signatures of images say, too' },
  files: { type: 'text', description: 'write this manifest of the files of one folder or archive (mtree), and sign it' },
  ignore: { type: 'list', description: 'with --files: a path that is left out, with everything below it' },
  by: { type: 'text', pattern: /^(?:minisign|ssh|gpg):./, description: 'sign files by another program: minisign:KEYFILE, ssh:KEYFILE, or gpg:KEYID' },
  passwordFd: { type: 'integer', minimum: 0, maximum: 1023, description: 'read the password from this file descriptor instead of COS_PASSWORD' },
} as const satisfies Parameters;

/** Signs what is named, always over digests: a tag is resolved first, and the digest is told. */
export const sign = defineCommand({
  description: 'sign images, repositories and files',
  config: 'optional',
  parameters,
  async handle({ args, cwd, workspace, env, plugin, reveal, print, signal }: CommandContext<z.output<typeof pluginOptions>, typeof parameters>) {
    const isSkipped = readSkipped([...plugin.skip, ...args.skip]);
    const annotations = readAnnotations(args.annotation);
    const what = args.files === undefined ? args.what : [await manifestFor(args.what, args.files, { cwd, ignore: args.ignore, print })];
    // Everything that is named must be there before anything is signed.
    const subjects = await Promise.all(what.map(async (text) => findSubject(text, { cwd, workspace })));
    if (args.by !== undefined) return signByProgram(args.by, subjects, { cwd, print, signal, password: await passwordFor(args.by, { fd: args.passwordFd, password: plugin.password, reveal }) });
    await explaining(async () => {
      const where = plugin.key.name.replace(/^file:/, '');
      const key = await openPrivateKey(await reveal(plugin.key), await readPassword({ fd: args.passwordFd, password: plugin.password, reveal }), where);
      const registry = createRegistry(hostSettings(env));
      try {
        for (const subject of subjects) {
          const request = { key, trusted: trustedKey(publicPem(key), where), registry, missing: args.missing, all: args.all, isSkipped, signatures: args.signatures ?? plugin.signatures ?? signatureRepository(env), annotations, signal };
          for await (const { name, outcome } of signSubject(subject, request)) print(`${outcome}: ${name}`);
        }
      } finally {
        await registry.close();
      }
    });
  },
});

/** The manifest of one thing, which is signed in its place. */
async function manifestFor(what: readonly string[], files: string, { cwd, ignore, print }: { readonly cwd: string; readonly ignore: readonly string[]; readonly print: (line: string) => void }): Promise<string> {
  const [one, ...others] = what;
  if (one === undefined || others.length > 0) throw problem('COS_SIGN_REQUEST', `Expected one folder or archive with --files; found ${what.length}.`, 'A manifest is of one root filesystem.');
  print(`${files}: ${await writeManifest(resolve(cwd, files), { what: one, cwd, ignore })} paths of ${one}`);
  return files;
}

interface ProgramRequest {
  readonly cwd: string;
  readonly print: (line: string) => void;
  readonly password: string | undefined;
  readonly signal: AbortSignal;
}

async function signByProgram(by: string, subjects: readonly Subject[], { cwd, print, password, signal }: ProgramRequest): Promise<void> {
  const other = subjects.find(({ kind }) => kind !== 'file');
  if (other !== undefined) throw problem('COS_SIGN_REQUEST', `Expected files to be signed by ${nameOfProgram(by)}; found ${other.shown}.`, 'Images and repositories are signed with cos.key.');
  const program = programs.find(({ name }) => name === nameOfProgram(by));
  if (program === undefined) throw new Error('Internal error: a program that nobody knows');
  const given = by.slice(by.indexOf(':') + 1);
  const key = program.name === 'gpg' ? given : resolve(cwd, given);
  for (const subject of subjects) if (subject.kind === 'file') print(`signed: ${subject.shown}, in ${basename(await signWith(program, { path: subject.path, key, password, signal }))}`);
}

/** Programs have keys without a password, and agents: one is given only when there is one. ssh-keygen takes none. */
async function passwordFor(by: string, source: PasswordRequest): Promise<string | undefined> {
  if (nameOfProgram(by) === 'ssh') return undefined;
  try {
    return await readPassword(source);
  } catch (error) {
    if (error instanceof CosError && error.diagnostics.every(({ code }) => code === 'COS_TASK_SECRET_MISSING')) return undefined;
    throw error;
  }
}

function nameOfProgram(by: string): string {
  return by.slice(0, by.indexOf(':'));
}

function readAnnotations(given: readonly string[]): Readonly<Record<string, string>> {
  const wrong = given.find((text) => !/^[^=]+=/.test(text));
  if (wrong !== undefined) throw problem('COS_SIGN_REQUEST', `Expected NAME=value as --annotation; found ${JSON.stringify(wrong)}.`, 'Give each annotation with its value.');
  return Object.fromEntries(given.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
}
