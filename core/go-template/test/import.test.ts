// Importing the package is cheap: what few templates need is loaded when one needs it.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const index = new URL('../src/index.ts', import.meta.url).href;
const here = fileURLToPath(import.meta.url);

it('loads neither the YAML reader nor the regular expressions nor node:crypto before they are used', () => {
  const program = `
    import { createRequire } from 'node:module';
    import { parseGoYaml, renderTemplate } from ${JSON.stringify(index)};
    const { cache } = createRequire(${JSON.stringify(here)});
    const loaded = () => [...Object.keys(cache), ...process.moduleLoadList].flatMap((name) => /js-yaml|re2js|NativeModule crypto$/.exec(name) ?? []).sort();
    const states = [loaded()];
    renderTemplate('{{ range list 1 2 }}{{ . | quote }}{{ end }}');
    states.push(loaded());
    parseGoYaml('a: 1');
    renderTemplate('{{ regexMatch "a" "a" }}{{ sha256sum "a" }}');
    states.push([...new Set(loaded())]);
    console.log(JSON.stringify(states));
  `;
  const output = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual([[], [], ['NativeModule crypto', 'js-yaml', 're2js']]);
});

it('resolves its libraries from its own folder', () => {
  const require = createRequire(import.meta.url);
  expect(() => require.resolve('js-yaml')).not.toThrow();
  expect(() => require.resolve('re2js')).not.toThrow();
});
