import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// A workspace whose targets cut archives: the base is made of the host's own programs, libraries and documents, which is what root filesystems hold.

const checkout = join(import.meta.dirname, '..');
const folders = ['usr/bin', 'usr/lib/x86_64-linux-gnu', 'usr/lib/python3', 'usr/share'];

export interface SquashWorkspace {
  readonly folder: string;
  /** Bytes of the base's files. */
  readonly bytes: number;
  readonly files: number;
}

export interface WorkspaceRequest {
  readonly folder: string;
  /** About how many bytes of files of the host the base has. */
  readonly bytes: number;
  /** How many small text files it has besides. Default: none. */
  readonly smallFiles?: number;
  /** Packages of each sort: `whole1`, `whole2` take the whole base, `small1`, `small2` are built one on the other and add a file each. */
  readonly packages: number;
}

export function writeSquashWorkspace({ folder, bytes, smallFiles = 0, packages }: WorkspaceRequest): SquashWorkspace {
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  const host = writeBase(folder, bytes);
  const small = addSmallFiles(folder, smallFiles);
  for (let index = 1; index <= packages; index += 1) {
    writePackage(folder, `whole${index}`, ['image: base', 'unpack: true']);
    writePackage(folder, `small${index}`, ['image: base', 'steps:', `- echo ${index} ${process.pid} > /small${index}`]);
  }
  writeFileSync(join(folder, 'cos.config.ts'), config);
  return { folder, bytes: host.bytes + small, files: host.files + smallFiles };
}

function writePackage(folder: string, name: string, lines: readonly string[]): void {
  const place = join(folder, 'packages', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'definition.yaml'), `category: bench\nname: ${name}\nversion: "1"\n`);
  writeFileSync(join(place, 'build.yaml'), `${lines.join('\n')}\n`);
}

/** The largest names do not come first: files are taken in the order of their paths until there are enough. */
function writeBase(folder: string, bytes: number): { readonly bytes: number; readonly files: number } {
  const listed = execFileSync('find', [...folders, '-xdev', '-type', 'f', '-printf', '%s %p\\0'], { cwd: '/', maxBuffer: 1 << 30, encoding: 'latin1' });
  const files = listed.split('\0').filter((line) => line !== '').map((line) => ({ size: Number(line.slice(0, line.indexOf(' '))), path: line.slice(line.indexOf(' ') + 1) }));
  // Every third file, so that the base has some of each folder.
  const chosen: string[] = [];
  let total = 0;
  for (const { size, path } of files.toSorted((a, b) => (a.path < b.path ? -1 : 1)).filter((_, index) => index % 3 !== 0)) {
    if (total + size > bytes) continue;
    total += size;
    chosen.push(path);
  }
  const system = join(folder, 'system');
  mkdirSync(join(system, 'bin'), { recursive: true });
  copyFileSync('/bin/busybox', join(system, 'bin/busybox'));
  symlinkSync('busybox', join(system, 'bin/sh'));
  const archive = join(folder, 'base.tar');
  execFileSync('tar', ['--create', '--file', archive, '--directory', system, 'bin']);
  execFileSync('tar', ['--append', '--file', archive, '--directory', '/', '--null', '--verbatim-files-from', '--files-from', '-'], { input: Buffer.from(chosen.join('\0'), 'latin1') });
  rmSync(system, { recursive: true });
  return { bytes: total, files: chosen.length };
}

/** Files of 1 KB on average, 200 in a folder, the same on every host; answers their bytes. */
function addSmallFiles(folder: string, count: number): number {
  const system = join(folder, 'small');
  let total = 0;
  let state = 1;
  for (let index = 0; index < count; index += 1) {
    const place = join(system, `usr/share/small/${Math.floor(index / 200)}`);
    if (index % 200 === 0) mkdirSync(place, { recursive: true });
    const words: string[] = [];
    for (let at = 0; at < 1 + ((index * 7919) % 255); at += 1) {
      // A linear congruential generator: text that compresses about as text does.
      state = (state * 1103515245 + 12345) % 2147483648;
      words.push(`word${(state >> 8) % 500}`);
    }
    const text = words.join(' ');
    total += text.length;
    writeFileSync(join(place, `file-${index}`), text);
  }
  if (count > 0) execFileSync('tar', ['--append', '--file', join(folder, 'base.tar'), '--directory', system, 'usr']);
  rmSync(system, { recursive: true, force: true });
  return total;
}

const config = `import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { standardPlugins } from '@cos/templates';

const number = { number: { type: 'integer', default: 1, description: 'which' } } as const;

const base = ({ use, source }) => use['docker-build'].base({ name: 'base', inputs: { rootfs: use['docker-build'].unpack({ name: 'base', inputs: { archive: source('base.tar') } }).rootfs } }).image;
const recipeOf = ({ use, source }, name) => use.template.render({
  name, inputs: { definition: source(\`packages/\${name}/definition.yaml\`), recipe: source(\`packages/\${name}/build.yaml\`), shared: [] },
  options: { category: 'bench', name, version: '1', collection: false, values: {} },
}).recipe;
const whole = (context, name) => context.use.squash.archive({ name, inputs: { recipe: recipeOf(context, name), image: base(context) } });
const small = (context, count) => {
  const made = [];
  for (let at = 1, from = base(context); at <= count; at += 1) {
    const name = \`small\${at}\`;
    const images = context.use['docker-build'].image({ name, inputs: { recipe: recipeOf(context, name), context: context.source(\`packages/\${name}\`), base: from, copies: [] } });
    from = images.image;
    made.push({ name, images });
  }
  return made;
};

export default defineConfig({
  plugins: standardPlugins({ dockerBuild: { repository: 'cos/bench' } }),
  derivatives: [defineDerivative({ name: 'bench', from: defineDistribution({ name: 'none', values: {}, platforms: { 'linux/amd64': {} } }), platforms: ['linux/amd64'], trees: [] })],
  targets: {
    base: { description: 'the image that everything starts from', plan: (context) => [base(context)] },
    whole: { description: 'all of the image', params: number, plan: (context) => [whole(context, \`whole\${context.params.number}\`).archive] },
    chain: { description: 'packages, each built on the one before', params: number, plan: (context) => small(context, context.params.number).map(({ name, images }) =>
      context.use.squash.archive({ name, inputs: { recipe: recipeOf(context, name), builder: images.builder, image: images.image } }).archive) },
  },
});
`;
