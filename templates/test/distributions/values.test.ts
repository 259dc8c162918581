import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fedora } from '../../src/distributions/fedora/index.ts';
import { opensuse } from '../../src/distributions/opensuse/index.ts';
import { ubuntu } from '../../src/distributions/ubuntu/index.ts';
import { withPackages } from '../../src/distributions/with-packages.ts';
import { variants } from './presets.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What templates find in every preset. Values that only some have would make a tree that works with one fail with another. */
const keys = ['arch', 'base', 'codename', 'distribution', 'golang_arch', 'image', 'kernel_package', 'packages', 'skip_checksum', 'tool_image', 'tool_image_distribution', 'tools_packages'];

test.each(variants)('$name has the values that all have', ({ preset, platform }) => {
  const values = { ...preset.values, ...preset.platforms[platform] };
  expect(Object.keys(values).toSorted()).toEqual(keys);
  for (const key of keys.filter((each) => each !== 'base' && each !== 'skip_checksum')) expect(values[key], key).toBeTypeOf('string');
});

test.each(variants)('$name names its machine in the two ways that downloads use', ({ preset, platform }) => {
  const { arch, golang_arch, skip_checksum } = { ...preset.values, ...preset.platforms[platform] };
  expect([arch, golang_arch]).toEqual(platform === 'linux/amd64' ? ['x86_64', 'amd64'] : ['aarch64', 'arm64']);
  expect(skip_checksum).toEqual(platform === 'linux/amd64' ? [] : ['golang', 'golang-fips']);
});

test.each(variants)('packages of $name are single words, each once', ({ preset, platform }) => {
  for (const key of ['packages', 'tools_packages']) {
    const words = String({ ...preset.values, ...preset.platforms[platform] }[key]).split(' ').filter((word) => word !== '');
    expect(words.filter((word) => !/^[A-Za-z0-9][A-Za-z0-9.+_-]*$/.test(word))).toEqual([]);
    expect(new Set(words).size).toBe(words.length);
  }
});

test('a platform adds its packages to those of all platforms', () => {
  const count = (text: string | undefined) => text?.split(' ').length;
  expect(opensuse.platforms['linux/amd64']?.packages).toMatch(/^conntrack-tools .* which grub2-i386-pc grub2-x86_64-efi$/);
  expect([opensuse, fedora, ubuntu].map(({ platforms }) => [count(platforms['linux/amd64']?.packages), count(platforms['linux/arm64']?.packages)])).toEqual([[46, 45], [24, 23], [22, 21]]);
});

test('packages can be added to a preset for every platform', () => {
  const more = withPackages(opensuse, ['openssh', 'htop']);
  expect(more.platforms['linux/arm64']?.packages).toBe(`${opensuse.platforms['linux/arm64']?.packages} openssh htop`);
  expect(more.values.packages).toBe(`${opensuse.values.packages} openssh htop`);
  expect(more.values.kernel_package).toBe('kernel-default');
});

test('the generated types fit to the values files', () => {
  const told = execFileSync(process.execPath, ['--conditions=source', 'generate-types.mjs', '--check'], { cwd: root, encoding: 'utf8' });
  expect(told).toBe('');
});

test('each distribution is an entry of the package, and is built', () => {
  const folders = readdirSync(`${root}src/distributions`, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted();
  const manifest: unknown = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  expect(folders).toEqual([...new Set(variants.map(({ preset }) => preset.name))]);
  for (const name of folders) {
    expect(manifest).toHaveProperty(['exports', `./${name}`, 'default'], `./dist/distributions/${name}/index.js`);
    expect(readFileSync(`${root}tsup.config.ts`, 'utf8')).toContain(`'${name}'`);
  }
});
