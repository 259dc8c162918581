import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { renderTemplate } from '../src/render-template.ts';
import { template } from '../src/stages/template.ts';
import { templateOptions } from '../src/template-options.ts';
import { variablesWithoutDefault } from '../src/variables.ts';
import { isoDigest, renderWith, runPacker } from './rig.ts';

const least = { name: 'sample-os', iso: 'sample-os.iso' };
const password = ['-var', 'root_password=from-the-command-line'];

const everyOption: z.input<typeof templateOptions> = {
  ...least,
  version: '1.2',
  flavor: 'debian',
  build: 'rc-1',
  cpus: 4,
  memory: 4096,
  diskSize: 8000,
  accelerator: 'tcg',
  headless: false,
  firmware: '/usr/share/OVMF/OVMF_CODE.fd',
  bootWait: '1m30s',
  ssh: { username: 'cos', timeout: '10m', attempts: 3 },
  provision: ['true'],
  shutdownCommand: 'poweroff',
  artifacts: ['tar.gz'],
};

test('packer validates templates of the least options, of all of them, and for arm64', async () => {
  runPacker(await renderWith(least), ['validate', ...password]);
  runPacker(await renderWith(everyOption), ['validate', ...password]);
  runPacker(await renderWith({ ...least, artifacts: [] }, 'linux/arm64'), ['validate', ...password]);
});

test('the ISO is named relative to the template, with its real digest', async () => {
  const text = await renderWith({ ...least, iso: '../medium/sample os.iso' });
  expect(JSON.parse(text).variable.iso_checksum.default).toBe(isoDigest);
  const ask = (args: readonly string[]): string => runPacker(text, ['console', ...password, ...args], `${JSON.parse(text).source.qemu.cos.iso_url.slice(2, -1)}\n`).trim();
  expect(ask([])).toMatch(/^\S+\/\.\.\/medium\/sample os\.iso$/);
  expect(ask(['-var', 'iso=/srv/other.iso'])).toBe('/srv/other.iso');
});

test('a password that is not published is asked for and does not stand in the template', async () => {
  const asked = await renderWith({ ...least, ssh: { password: null } });
  expect(variablesWithoutDefault(asked)).toEqual(['root_password']);
  expect(() => runPacker(asked, ['validate'])).toThrow(/root_password/);
  runPacker(asked, ['validate', ...password]);
  for (const options of [least, { ...least, ssh: { password: 'c{{o}}${s}' } }]) {
    const published = await renderWith(options);
    runPacker(published, ['validate']);
    expect(JSON.parse(published).variable.root_password.sensitive).toBe(true);
  }
});

test('commands reach the machine as they were written', async () => {
  const command = 'echo "${HOME}" %{x} {{ y }} \'q\' \\ > /tmp/x';
  const text = await renderWith({ ...least, provision: [command, 'true'] });
  runPacker(text, ['validate', ...password]);
  const [inline] = JSON.parse(text).build[0].provisioner[0].shell.inline;
  // HCL first: the console evaluates the same string.
  const afterHcl = runPacker(text, ['console', ...password], `${JSON.stringify(inline)}\n`).trim();
  // Then Go templates, whose only action here is the raw string of two braces.
  expect(afterHcl.replaceAll('{{`{{`}}', '{{')).toBe(command);
});

test('options that could break out of a name or a path are refused', () => {
  for (const wrong of [{ name: '../x' }, { name: 'a b' }, { iso: '/etc/passwd' }, { iso: 'a"b' }, { iso: '${x}' }, { bootWait: 'soon' }, { memory: 0 }, { shutdownCommand: 'a\nb' }]) {
    expect(z.safeParse(templateOptions, { ...least, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  }
});

test('rendering twice gives the same bytes', async () => {
  expect(await renderWith({ ...least, artifacts: ['tar.gz', 'vagrant'] })).toBe(await renderWith({ ...least, artifacts: ['vagrant', 'tar.gz'] }));
});

test("a user's template with a mistake is told with its place", async () => {
  await expect(renderTemplate({ name: 'my.pkr.json.hbs', text: '{\n  "a": {{json nmae}}\n}\n' }, { name: 'x' })).rejects.toMatchObject({
    diagnostics: [{ code: 'COS_PACKER_TEMPLATE', place: { file: 'my.pkr.json.hbs', line: 2, column: 15, length: 4 }, hint: 'did you mean "name"?', source: expect.stringContaining('nmae') }],
  });
  await expect(renderTemplate({ name: 'my.pkr.json.hbs', text: '{"a": {{name}},}' }, { name: 'x' })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_PACKER_TEMPLATE' }] });
});

test("a change of the plugin's template comes with a new version of the stage", async () => {
  const digest = createHash('sha256').update(await readFile(new URL('../templates/qemu.pkr.json.hbs', import.meta.url))).digest('hex').slice(0, 16);
  expect({ version: template.version, digest }).toMatchInlineSnapshot(`
    {
      "digest": "532cca02af1d0146",
      "version": 1,
    }
  `);
});
