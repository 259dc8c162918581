import { execFileSync } from 'node:child_process';
import { createWorkspace } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { compareBuilds } from '../../src/rebuild/compare-builds.ts';
import type { FileChange } from '../../src/rebuild/contents/compare-contents.ts';
import { nameFiles, type NameRequest } from '../../src/rebuild/name-files.ts';
import { digest, step } from './statements.ts';

const { signal } = new AbortController();

const steps = (salt: string) => [
  { ...step('image#app', ['source'], `image${salt}`), reads: ['packages/app'] },
  { ...step('archive#app', [`image${salt}`], `archive${salt}`), reads: ['image#app:out'] },
  { ...step('archive#other', ['other'], 'other'), reads: ['image#other:out'] },
  { ...step('system', [`archive${salt}`, 'other'], `system${salt}`), reads: ['archive#app:out', 'archive#other:out'] },
];

const change = (path: string, over: Partial<FileChange> = {}): FileChange => ({ path, within: ['rootfs.squashfs'], kind: 'changed', properties: ['content'], before: { content: 'a' }, after: { content: 'b' }, ...over });

/** Names the files of `image#app`, where these contents are there, by what they are of, as folders with one file `usr/id`. */
async function name(there: { readonly before: readonly string[]; readonly after: readonly string[] }, artifact: readonly FileChange[]) {
  await using workspace = await createWorkspace(Object.fromEntries([...there.before, ...there.after].map((what) => [`${what}/usr/id`, what])));
  for (const what of [...there.before, ...there.after]) execFileSync('tar', ['--create', '--file', workspace.join(`${what}.tar`), '--directory', workspace.join(what), '--mtime=@0', 'usr/id']);
  const among = (names: readonly string[]): NameRequest['kept'] => (_, wanted) => {
    const found = names.find((what) => digest(what) === wanted);
    return Promise.resolve(found === undefined ? undefined : { path: workspace.join(`${found}.tar`) });
  };
  const { origins, followed } = compareBuilds(steps(''), steps(' otherwise'));
  return await nameFiles('image#app', { changed: [...origins, ...followed], steps: steps(' otherwise'), artifact, kept: among(there.before), made: among(there.after), options: { signal, tools: undefined } });
}

describe('the files of a step that made something else', () => {
  test('are those of its own outputs where both are there', async () => {
    const { seenIn, files } = await name({ before: ['image', 'archive'], after: ['image otherwise', 'archive otherwise'] }, []);
    expect([seenIn, files.map(({ path, properties }) => [path, properties])]).toEqual(['image#app', [['usr/id', ['content', 'size']]]]);
  });

  test('are those of what was made of it, the nearest first, where its own first output is gone', async () => {
    const { seenIn, files } = await name({ before: ['system', 'archive'], after: ['image otherwise', 'archive otherwise', 'system otherwise'] }, []);
    expect([seenIn, files.map(({ path }) => path)]).toEqual(['archive#app', ['usr/id']]);
  });

  test('are those of the artifact that its archive has, each once, where nothing of the first build is left', async () => {
    const artifact = [change('usr/id'), change('usr/id', { within: ['copy.squashfs'] }), change('usr/of-another'), change('usr/id', { kind: 'removed', within: ['old'] })];
    const { seenIn, files } = await name({ before: [], after: ['image otherwise', 'archive otherwise'] }, artifact);
    expect([seenIn, files.map(({ path, within }) => [path, within])]).toEqual(['image#app', [['usr/id', []]]]);
  });

  test('are nobody knows which where nothing is there', async () => {
    expect(await name({ before: [], after: [] }, [change('usr/id')])).toEqual({ task: 'image#app', seenIn: undefined, files: [] });
  });
});
