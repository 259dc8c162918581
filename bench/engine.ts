import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duration, medianOf, type Figure } from './measure.ts';

const checkout = join(import.meta.dirname, '..');
const packages = 200;
const filesEach = 5;

/** A run in which nothing changed, against a Node program that only looks at the same files; and a cold run, against the same commands by xargs. */
export async function benchEngine(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-bench-'));
  try {
    const files = writeWorkspace(folder);
    const cos = (): void => void execFileSync(join(checkout, 'node_modules/.bin/cos'), ['run', 'all', '--reporter', 'json'], { cwd: folder, stdio: 'ignore' });
    writeFileSync(join(folder, 'look.mjs'), `import { statSync } from 'node:fs';\nfor (const file of ${JSON.stringify(files)}) statSync(file);\n`);
    const node = await medianOf(7, () => void execFileSync(process.execPath, ['look.mjs'], { cwd: folder }));
    const cold = await once(folder, cos);
    const fresh = await medianOf(7, cos);
    const start = performance.now();
    execFileSync('sh', ['-c', `seq ${packages} | xargs -P2 -I{} sh -c 'cat p{}/* | cksum > out{}'`], { cwd: folder });
    const xargs = performance.now() - start;
    return [duration(`run with nothing to do, ${packages} tasks, ${packages * filesEach} files`, fresh, node), duration(`cold run, ${packages} tasks`, cold, xargs)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function once(folder: string, cos: () => void): Promise<number> {
  rmSync(join(folder, '.cos'), { recursive: true, force: true });
  const start = performance.now();
  cos();
  return performance.now() - start;
}

function writeWorkspace(folder: string): readonly string[] {
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  const files: string[] = [];
  for (let index = 1; index <= packages; index += 1) {
    mkdirSync(join(folder, `p${index}`));
    for (let file = 0; file < filesEach; file += 1) {
      const path = `p${index}/f${file}.txt`;
      writeFileSync(join(folder, path), `${index} ${file}\n`.repeat(200));
      files.push(path);
    }
  }
  writeFileSync(
    join(folder, 'cos.config.ts'),
    `import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { shell } from '@cos/plugin-shell';
export default defineConfig({
  plugins: [shell()],
  derivatives: [defineDerivative({ name: 'bench', from: defineDistribution({ name: 'none', values: {}, platforms: { 'linux/amd64': {} } }), platforms: ['linux/amd64'], trees: [] })],
  targets: { all: { description: 'all', plan: ({ use, source }) => Array.from({ length: ${packages} }, (_, index) =>
    use.shell.run({ name: String(index + 1), inputs: { files: [source(\`p\${index + 1}\`)] }, options: { command: 'cat "$1"/* | cksum > out' } }).files) } },
});
`,
  );
  statSync(join(folder, 'cos.config.ts'));
  return files;
}
