import { symlinkSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createWorkspace, runStage } from '@cos/core/testing';
import { expect, test } from 'vitest';
import { template } from '../../src/index.ts';

const options = { package: 'app/hello@1.0', files: ['motd'], values: { derivative: { title: 'My OS' } } };

test('marked files are rendered with Handlebars, the others are copied as they are', async () => {
  await using folder = await createWorkspace({ motd: 'Welcome to {{derivative.title}}\n', other: '{{untouched}}\n' });
  await using run = await runStage(template(), 'files', { inputs: { folder: folder.path }, options });
  expect(run.text).toBe('');
  expect(await readFile(`${run.outputs.context.path}/motd`, 'utf8')).toBe('Welcome to My OS\n');
  expect(await readFile(`${run.outputs.context.path}/other`, 'utf8')).toBe('{{untouched}}\n');
  expect((await stat(`${run.outputs.context.path}/motd`)).isFile()).toBe(true);
});

test('all marked files that are wrong are told at once', async () => {
  await using folder = await createWorkspace({ motd: 'Welcome to\n{{derivative.titel}}\n' });
  await using run = await runStage(template(), 'files', { inputs: { folder: folder.path }, options: { ...options, files: ['motd', 'gone'] } });
  expect(run.outcome).toBe('failed');
  expect(run.text).toMatchInlineSnapshot(`
    "error COS_TEMPLATE_MISSING: app/hello@1.0 lists "gone" under templates, and the package has no regular file of that name.
      task: template.files#test
      hint: Correct the list in definition.yaml, or add the file.

    error COS_TEMPLATE_FILE: "motd" of app/hello@1.0 cannot be rendered: there is no variable named "derivative.titel"
      task: template.files#test
      at motd:2:3
          1 | Welcome to
        > 2 | {{derivative.titel}}
            |   ^
      hint: did you mean "title"?"
  `);
});

test('a marked file that is a link is refused: it might lie outside of the package', async () => {
  await using folder = await createWorkspace({ other: 'x\n' });
  symlinkSync('/etc/hostname', folder.join('motd'));
  await using run = await runStage(template(), 'files', { inputs: { folder: folder.path }, options });
  expect(run.text).toContain('COS_TEMPLATE_MISSING');
});

test.each(['../motd', '/etc/passwd', 'a/../../b', ''])('a marked file outside of the package is refused: %j', async (file) => {
  await using folder = await createWorkspace({ motd: 'x\n' });
  await using run = await runStage(template(), 'files', { inputs: { folder: folder.path }, options: { ...options, files: [file] } });
  expect(run.outcome).not.toBe('built');
  expect(run.text).toContain('files');
});
