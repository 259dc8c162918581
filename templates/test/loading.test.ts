import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const program = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  const { standardPlugins } = await import('@cos/templates');
  standardPlugins({});
  console.log(JSON.stringify(loaded));
`;

test('all plugins of cos can be named in a config without loading what few tasks need', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', '--input-type=module', '--eval', program], { cwd: import.meta.dirname, maxBuffer: 1024 ** 2 });
  const loaded = (JSON.parse(stdout) as string[]).filter((url) => url.startsWith('file:'));
  expect(loaded.some((url) => /node_modules\/zod\//.test(url))).toBe(true);
  expect(loaded.filter((url) => /node_modules\/(?:dockerode|handlebars|send|mime-db)\//.test(url))).toEqual([]);
});
