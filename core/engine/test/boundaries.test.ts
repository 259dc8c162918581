import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Who may import whom. The tables are the rules; everything below only reads import lines and compares.

/** Folders of the engine. `types`: only by `import type`. `cli` is imported by nobody. */
const engine: Readonly<Record<string, { readonly may: readonly string[]; readonly types?: readonly string[] }>> = {
  errors: { may: [] },
  model: { may: ['errors'] },
  artifacts: { may: ['model'] },
  process: { may: ['errors'] },
  config: { may: ['model', 'errors'] },
  pins: { may: ['model', 'errors', 'process', 'config'] },
  plan: { may: ['model', 'errors', 'pins'], types: ['config'] },
  fingerprint: { may: ['model', 'errors'] },
  cache: { may: ['model', 'errors'], types: ['fingerprint'] },
  report: { may: ['model', 'errors'] },
  execute: { may: ['model', 'errors', 'fingerprint', 'cache', 'process'], types: ['plan', 'pins', 'config'] },
  cli: { may: ['errors', 'model', 'process', 'config', 'pins', 'plan', 'fingerprint', 'cache', 'report', 'execute'] },
  testing: { may: ['errors', 'model', 'artifacts', 'process', 'config', 'pins', 'plan', 'fingerprint', 'cache', 'report', 'execute'] },
  'index.ts': { may: ['errors', 'model', 'config'] },
  'testing.ts': { may: ['testing'] },
};

/** Third-party names have one door each. */
const doors: Readonly<Record<string, readonly string[]>> = {
  cosmiconfig: ['core/engine/src/config/find.ts'],
  listr2: ['core/engine/src/report/listr.ts'],
  commander: ['core/engine/src/cli/program.ts'],
  jiti: ['core/engine/src/config/import.ts'],
  dockerode: ['plugins/docker-build/src/engine/client.ts'],
  handlebars: ['core/file-templates/src/'],
  'js-yaml': ['core/engine/src/config/yaml.ts', 'core/luet/src/yaml.ts', 'core/luet/src/yaml-builder.ts', 'core/go-template/src/yaml.ts'],
  undici: ['core/registry/src/http/'],
  '@sigstore/bundle': ['plugins/sign/src/keyless/'],
  '@sigstore/protobuf-specs': ['plugins/sign/src/keyless/'],
  '@sigstore/verify': ['plugins/sign/src/keyless/'],
};

/** Parts that decide: no files, no programs, no environment, no clock, no chance. */
const pure = [/^core\/engine\/src\/model\//, /^core\/engine\/src\/fingerprint\/canonical\.ts$/, /^core\/engine\/src\/plan\/order\.ts$/];
const impure = /node:(?:fs|child_process|os)|process\.env|Date\.now|new Date|performance\.now|Math\.random|randomBytes|randomUUID/;

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Import {
  readonly file: string;
  readonly name: string;
  readonly typeOnly: boolean;
}

const packages = ['core', 'plugins'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)).concat('templates', 'e2e');
const files = packages.flatMap((name) => ['src', 'test', '.'].flatMap((part) => listFiles(join(root, name, part), part === '.'))).map((file) => relative(root, file).replaceAll(sep, '/'));
const imports = [...new Set(files)].flatMap(importsOf);
const inSources = imports.filter(({ file }) => file.includes('/src/'));

test('there is something to check', () => {
  expect(imports.length).toBeGreaterThan(300);
});

describe('inside of the engine', () => {
  test('folders import only what the table lists', () => {
    const wrong = inSources.filter(({ file, name }) => file.startsWith('core/engine/src/') && name.startsWith('.')).flatMap(({ file, name, typeOnly }) => {
      const from = topOf(file.slice('core/engine/src/'.length));
      const to = topOf(relative(join(root, 'core/engine/src'), resolve(root, dirname(file), name)).replaceAll(sep, '/'));
      const rule = engine[from];
      const allowed = from === to || rule?.may.includes(to) === true || (typeOnly && rule?.types?.includes(to) === true);
      return allowed ? [] : [`${file} imports ${name}${typeOnly ? ' (types)' : ''}`];
    });
    expect(wrong).toEqual([]);
  });

  test('the table of docs/dev/architecture.md is this one', () => {
    const rows = [...readFileSync(join(root, 'docs/dev/architecture.md'), 'utf8').matchAll(/^\| ([a-z]+) \| [^|]+ \| ([^|]+) \|$/gm)].map(([, name = '', may = '']) => [name, may]);
    const table = rows.filter(([name]) => name !== 'module').map(([name, may = '']) => [name, may.startsWith('everything') ? may : may.split(', ').sort().join(', ')]);
    const words = Object.entries(engine).filter(([name]) => !name.endsWith('.ts')).map(([name, { may, types = [] }]) => {
      if (name === 'cli') return [name, 'everything'];
      if (name === 'testing') return [name, 'everything but cli'];
      return [name, [...may, ...types.map((type) => `${type} (types)`)].sort().join(', ') || 'nothing'];
    });
    expect(table).toEqual(words);
  });

  test('the parts that decide touch neither files nor clock, chance or environment', () => {
    const wrong = files.filter((file) => pure.some((pattern) => pattern.test(file)) && impure.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  test('the environment of the process is read at its doors only', () => {
    const wrong = files.filter((file) => file.startsWith('core/engine/src/') && /process\.env\b/.test(codeOf(file)));
    expect(wrong).toEqual(['core/engine/src/cli/process-terminal.ts', 'core/engine/src/testing/run-command.ts', 'core/engine/src/testing/run-config.ts']);
  });
});

describe('between packages', () => {
  test('a package imports what its package.json declares, and nothing else', () => {
    const wrong = imports.flatMap(({ file, name }) => {
      if (name.startsWith('.') || isBuiltin(name)) return [];
      const owner = packages.find((each) => file.startsWith(`${each}/`)) ?? '';
      const wanted = packageOf(name);
      const { own, dependencies, development } = declared(owner);
      const known = wanted === own || dependencies.has(wanted) || (!file.includes('/src/') && (development.has(wanted) || rootDevelopment.has(wanted)));
      return known ? [] : [`${file} imports ${name}, which ${owner}/package.json does not declare`];
    });
    expect(wrong).toEqual([]);
  });

  test('nobody reaches into another package by a relative path', () => {
    const wrong = imports.filter(({ file, name }) => {
      if (!name.startsWith('.')) return false;
      const owner = packages.find((each) => file.startsWith(`${each}/`)) ?? '';
      const target = relative(root, resolve(root, dirname(file), name)).replaceAll(sep, '/');
      return !target.startsWith(`${owner}/`) && !/^(?:tsup|vitest)\.base\.ts$/.test(target);
    });
    expect(wrong).toEqual([]);
  });

  test('the engine knows no plugin, libraries know no engine, plugins know no other plugin', () => {
    const wrong = inSources.filter(({ file, name }) => {
      if (file.startsWith('core/engine/')) return /^@cos\/(?!core)/.test(name);
      if (file.startsWith('core/')) return name.startsWith('@cos/core') || name.startsWith('@cos/plugin-') || name.startsWith('@cos/templates');
      if (file.startsWith('plugins/')) return name.startsWith('@cos/plugin-') || name.startsWith('@cos/templates');
      if (file.startsWith('templates/src/distributions/')) return name.startsWith('@cos/') && name !== '@cos/core';
      return false;
    });
    expect(wrong).toEqual([]);
  });

  test('of the engine, others see its public entries', () => {
    const wrong = imports.filter(({ name }) => name.startsWith('@cos/core/') && name !== '@cos/core/artifacts' && name !== '@cos/core/testing');
    expect(wrong).toEqual([]);
  });

  test('the harness for tests is used by tests', () => {
    expect(inSources.filter(({ name }) => name === '@cos/core/testing')).toEqual([]);
  });
});

describe('third-party names', () => {
  test.each(Object.entries(doors))('%s has one door', (name, allowed) => {
    const wrong = inSources.filter((each) => packageOf(each.name) === name && !allowed.some((door) => each.file.startsWith(door))).map(({ file }) => file);
    expect(wrong).toEqual([]);
  });

  test('the engine checks options by the common interface of schema libraries and imports none of them', () => {
    expect(inSources.filter(({ file, name }) => file.startsWith('core/engine/') && ['zod', 'valibot', 'arktype'].includes(packageOf(name)))).toEqual([]);
  });
});

function listFiles(folder: string, flat: boolean): readonly string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return flat || entry.name === 'fixtures' || entry.name === 'node_modules' || entry.name === 'dist' ? [] : listFiles(path, false);
    return /\.[cm]?ts$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

function importsOf(file: string): readonly Import[] {
  const text = codeOf(file);
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)].map((match) => ({ file, name: match[2] ?? '', typeOnly: match[1] !== undefined }));
  const dynamic = [...text.matchAll(/(?<!\w)import\('([^']+)'\)/g)].map((match) => ({ file, name: match[1] ?? '', typeOnly: false }));
  return [...statements, ...dynamic];
}

/** The text without template texts, which hold quoted programs. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), 'utf8').replace(/`(?:[^`\\]|\\.)*`/gs, '``');
}

function topOf(path: string): string {
  return path.split('/')[0] ?? '';
}

function packageOf(name: string): string {
  return name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : topOf(name);
}

function declared(owner: string): { readonly own: string; readonly dependencies: ReadonlySet<string>; readonly development: ReadonlySet<string> } {
  const content = JSON.parse(readFileSync(join(root, owner, 'package.json'), 'utf8'));
  const names = (field: string) => Object.keys(content[field] ?? {});
  return { own: content.name, dependencies: new Set([...names('dependencies'), ...names('peerDependencies'), ...names('optionalDependencies')]), development: new Set(names('devDependencies')) };
}

const rootDevelopment: ReadonlySet<string> = new Set(Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies ?? {}));
