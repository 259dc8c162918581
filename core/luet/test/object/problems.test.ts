// What a user reads of a package that an object describes: where it is made, and which field is meant.
import { describe, expect, it } from 'vitest';
import { formatProblem, loadTree, validateTree } from '../../src/index.ts';
import { memoryReader } from '../rig/memory-tree.ts';
import { render } from '../rig/render.ts';

const at = { file: 'cos.config.ts', line: 3, column: 7 };
const base = { category: 't', name: 'base', version: '1.0', image: 'debian:12' };

async function problemsOf(objects: readonly unknown[], files: Readonly<Record<string, string>> = {}): Promise<string> {
  const reader = memoryReader({ 'tree/README': '', ...files });
  const tree = await loadTree({ roots: ['tree'], reader, objects: objects.map((data, index) => ({ data, at: { ...at, line: at.line + index } })) });
  const { problems } = await validateTree({ tree, render });
  return problems.map(formatProblem).join('\n');
}

/** One wrong package beside a sound one that nothing is wrong with. */
const wrong = (data: Readonly<Record<string, unknown>>): Promise<string> => problemsOf([base, { category: 't', name: 'a', version: '1.0', ...data }]);

describe('an object that a compiler would refuse', () => {
  it('is told the nearest field for one that there is not, at every depth', async () => {
    const data = {
      step: ['make'],
      requires_final_images: true,
      requires: [{ category: 't', nam: 'base', name: 'base', version: '>=0' }],
      runtime: { provides: [] },
      copy: [{ image: 'x', src: '/a', source: '/a', destination: '/b' }],
      subpackages: [{ category: 't', name: 'sub', version: '1.0', excludez: [] }],
      finalizer: { instal: ['x'] },
    };
    expect(await wrong(data)).toMatchInlineSnapshot(`
      "cos.config.ts:4:7 (subpackages[0].excludez of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "excludez" in a subpackage; found excludez (did you mean "excludes"?)
      cos.config.ts:4:7 (finalizer.instal of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "instal" in finalizer; found instal (did you mean "install"?)
      cos.config.ts:4:7 (requires[0].nam of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "nam" in a reference; found nam (did you mean "name"?)
      cos.config.ts:4:7 (runtime.provides of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "provides" in runtime; found provides (known fields: requires, conflicts)
      cos.config.ts:4:7 (requires_final_images of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "requires_final_images" in a package; found requires_final_images (did you mean "requiresFinalImages"?)
      cos.config.ts:4:7 (copy[0].src of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "src" in a copy; found src (known fields: package, image, source, destination)
      cos.config.ts:4:7 (step of t/a@1.0): LUET_UNKNOWN_KEY: unknown field "step" in a package; found step (did you mean "steps"?)"
    `);
  });

  it('is told what is expected of a value of another type', async () => {
    const data = { image: 5, steps: ['make', 7, undefined, () => 'x'], unpack: 'yes', env: { A: 'b' }, requires: 't/base', labels: { a: 1 }, prelude: [null], includes: [/x/], files: { a: true } };
    expect(await wrong(data)).toMatchInlineSnapshot(`
      "cos.config.ts:4:7 (env of t/a@1.0): LUET_WRONG_TYPE: env must be a list; expected a list; found an object
      cos.config.ts:4:7 (files.a of t/a@1.0): LUET_WRONG_TYPE: files.a must be text; expected text; found boolean true
      cos.config.ts:4:7 (image of t/a@1.0): LUET_WRONG_TYPE: image must be text; expected text; found number 5
      cos.config.ts:4:7 (includes[0] of t/a@1.0): LUET_WRONG_TYPE: includes[0] is no plain data; expected texts, booleans, lists and objects of them; found an instance of a class
      cos.config.ts:4:7 (labels.a of t/a@1.0): LUET_WRONG_TYPE: labels.a must be text; expected text; found number 1
      cos.config.ts:4:7 (prelude[0] of t/a@1.0): LUET_WRONG_TYPE: prelude[0] is no plain data; expected texts, booleans, lists and objects of them; found null
      cos.config.ts:4:7 (requires of t/a@1.0): LUET_WRONG_TYPE: requires must be a list; expected a list; found text
      cos.config.ts:4:7 (steps[1] of t/a@1.0): LUET_WRONG_TYPE: steps[1] must be text; expected text; found number 7
      cos.config.ts:4:7 (steps[2] of t/a@1.0): LUET_WRONG_TYPE: steps[2] is no plain data; expected texts, booleans, lists and objects of them; found undefined
      cos.config.ts:4:7 (steps[3] of t/a@1.0): LUET_WRONG_TYPE: steps[3] is no plain data; expected texts, booleans, lists and objects of them; found function
      cos.config.ts:4:7 (unpack of t/a@1.0): LUET_WRONG_TYPE: unpack must be true or false; expected true or false; found text"
    `);
  });

  it('is told what is missing', async () => {
    expect(await problemsOf([{ category: 't', name: 'a' }, { version: '1.0' }, { category: 't', name: 'b', version: '1.0', requires: [{ name: 'base' }, {}], copy: [{ source: '/a' }] }])).toMatchInlineSnapshot(`
      "cos.config.ts:3:7 (t/a): LUET_MISSING_KEY: the package has no version
      cos.config.ts:4:7 (a package): LUET_MISSING_KEY: the package has no category (category: '' means none)
      cos.config.ts:4:7 (a package): LUET_MISSING_KEY: the package has no name
      cos.config.ts:5:7 (copy[0] of t/b@1.0): LUET_MISSING_KEY: copy[0] must say where to copy from; expected either package or image
      cos.config.ts:5:7 (requires[0] of t/b@1.0): LUET_MISSING_KEY: requires[0] has no version (version: ">=0" means any)
      cos.config.ts:5:7 (requires[1] of t/b@1.0): LUET_MISSING_KEY: requires[1] has no name
      cos.config.ts:5:7 (requires[1] of t/b@1.0): LUET_MISSING_KEY: requires[1] has no version (version: ">=0" means any)
      cos.config.ts:5:7 (requires[0].name of t/b@1.0): LUET_UNKNOWN_PACKAGE: no package base in the trees (required by t/b@1.0)"
    `);
  });

  it('is no object at all', async () => {
    expect(await problemsOf(['a', 5, null, undefined, [], new Map(), Promise.resolve({})])).toMatchInlineSnapshot(`
      "cos.config.ts:3:7 (a package): LUET_WRONG_TYPE: a package must be an object; expected an object; found text
      cos.config.ts:4:7 (a package): LUET_WRONG_TYPE: a package must be an object; expected an object; found number
      cos.config.ts:5:7 (a package): LUET_WRONG_TYPE: the package is no plain data; expected texts, booleans, lists and objects of them; found null
      cos.config.ts:6:7 (a package): LUET_WRONG_TYPE: the package is no plain data; expected texts, booleans, lists and objects of them; found undefined
      cos.config.ts:7:7 (a package): LUET_WRONG_TYPE: a package must be an object; expected an object; found a list
      cos.config.ts:8:7 (a package): LUET_WRONG_TYPE: the package is no plain data; expected texts, booleans, lists and objects of them; found an instance of a class
      cos.config.ts:9:7 (a package): LUET_WRONG_TYPE: the package is no plain data; expected texts, booleans, lists and objects of them; found an instance of a class"
    `);
  });

  it('has no end', async () => {
    const endless: Record<string, unknown> = { ...base, name: 'endless' };
    endless['labels'] = { endless };
    expect(await problemsOf([endless])).toMatchInlineSnapshot(`
      "cos.config.ts:3:7 (labels.endless of t/endless@1.0): LUET_WRONG_TYPE: labels.endless must be text; expected text; found an object
      cos.config.ts:3:7 (labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels of t/endless@1.0): LUET_WRONG_TYPE: labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels.endless.labels is no plain data; expected texts, booleans, lists and objects of them; found data that is nested without end"
    `);
  });
});

describe('an object with wrong values', () => {
  it('is checked by the rules of files', async () => {
    const data = {
      name: '../a',
      version: '1.0/x',
      category: '-t',
    };
    expect(await wrong(data)).toMatchInlineSnapshot(`
      "cos.config.ts:4:7 (category of -t/../a@1.0/x): LUET_BAD_NAME: the category "-t" cannot be used in file names; expected letters, digits and . _ + - @, not starting with a dash or a dot
      cos.config.ts:4:7 (name of -t/../a@1.0/x): LUET_BAD_NAME: the name "../a" cannot be used in file names; expected letters, digits and . _ + - @, not starting with a dash or a dot
      cos.config.ts:4:7 (version of -t/../a@1.0/x): LUET_BAD_VERSION: the version "1.0/x" of ../a cannot be used in file names; expected letters, digits and . + - ~ : _; found 1.0/x"
    `);
  });

  it('is checked by the rules of recipes', async () => {
    const data = { steps: ['make'], packageDir: 'output', includes: ['^/usr', '('], retrieve: ['../x'], env: ['no'] };
    expect(await wrong(data)).toMatchInlineSnapshot(`
      "cos.config.ts:4:7 (packageDir of t/a@1.0): LUET_BAD_PACKAGE_DIR: packageDir must be absolute; expected an absolute path without ".."; found output
      cos.config.ts:4:7 (retrieve[0] of t/a@1.0): LUET_BAD_PATH: retrieve[0] leads out of the folder of the archives; expected a name or pattern below the folder of the archives; found ../x
      cos.config.ts:4:7 (includes[1] of t/a@1.0): LUET_BAD_PATTERN: includes[1] is no regular expression: missing closing ): \`(\`; expected RE2 syntax; found ( (RE2 has no look-around and no back-references; write a literal . + * ? ( ) [ { | as \\. and so on)
      cos.config.ts:4:7 (steps of t/a@1.0): LUET_NO_PARENT: a-t-1.0 is invalid: package has no dependencies and no seed image supplied while it has steps defined; expected one of image, requires
      cos.config.ts:4:7 (env[0] of t/a@1.0): LUET_WRONG_TYPE: env[0] is not of the form NAME=value; expected NAME=value; found no"
    `);
  });

  it('names the field of a reference that names nothing', async () => {
    expect(await wrong({ requires: ['base', 't/base@', 't/bse', 't/base@>=2'], runtime: { requires: ['t/gone'] } })).toMatchInlineSnapshot(`
      "cos.config.ts:4:7 (requires[0] of t/a@1.0): LUET_BAD_ATOM: requires[0] names no package; found base (write category/name, category/name@>=1.0, or an object with category, name and version)
      cos.config.ts:4:7 (requires[1] of t/a@1.0): LUET_BAD_ATOM: requires[1] names no package; found t/base@ (write category/name, category/name@>=1.0, or an object with category, name and version)
      cos.config.ts:4:7 (requires[2] of t/a@1.0): LUET_UNKNOWN_PACKAGE: no package t/bse in the trees (required by t/a@1.0) (did you mean t/base?)
      cos.config.ts:4:7 (runtime.requires[0] of t/a@1.0): LUET_UNKNOWN_PACKAGE: no package t/gone in the trees (required by t/a@1.0)"
    `);
  });

  it('names paths that lead out of the context, or mean something to luet', async () => {
    expect(await wrong({ requires: ['t/base'], files: { '/a': '', '../b': '', 'c/./d': '', '': '', 'build.yaml': '', e: '', 'e/f': '', 'sub/build.yaml': '' } })).toMatchInlineSnapshot(`
      "cos.config.ts:4:7 (files[""] of t/a@1.0): LUET_BAD_PATH: "" of "files" is no relative path without "..", "." and empty parts
      cos.config.ts:4:7 (files["../b"] of t/a@1.0): LUET_BAD_PATH: "../b" of "files" is no relative path without "..", "." and empty parts
      cos.config.ts:4:7 (files["/a"] of t/a@1.0): LUET_BAD_PATH: "/a" of "files" is no relative path without "..", "." and empty parts
      cos.config.ts:4:7 (files["build.yaml"] of t/a@1.0): LUET_BAD_PATH: "build.yaml" of "files" is a name by which luet knows packages
      cos.config.ts:4:7 (files["c/./d"] of t/a@1.0): LUET_BAD_PATH: "c/./d" of "files" is no relative path without "..", "." and empty parts
      cos.config.ts:4:7 (files["e/f"] of t/a@1.0): LUET_BAD_PATH: "e/f" of "files" is below "e", which is a file"
    `);
    expect(await problemsOf([{ ...base, context: '../x' }, { ...base, name: 'b', context: '/x' }, { ...base, name: 'c', context: 'gone' }, { ...base, name: 'd', context: 'tree', files: { a: '' } }])).toMatchInlineSnapshot(`
      "cos.config.ts:3:7 (context of t/base@1.0): LUET_BAD_PATH: context is no folder below the workspace; expected a relative path without ".."; found ../x
      cos.config.ts:4:7 (context of t/b@1.0): LUET_BAD_PATH: context is no folder below the workspace; expected a relative path without ".."; found /x
      cos.config.ts:5:7 (context of t/c@1.0): LUET_READ_FAILED: the folder of the context cannot be read: no such folder: gone
      cos.config.ts:6:7 (files of t/d@1.0): LUET_WRONG_TYPE: a package has either "context" or "files"; expected one of the two; found both"
    `);
  });
});

describe('a package that is both in a tree and an object', () => {
  const files = { 'tree/a/definition.yaml': 'category: t\nname: a\nversion: "1.0"\n', 'tree/a/build.yaml': 'image: x\n' };

  it('is that of the object, and both places are told', async () => {
    const reader = memoryReader(files);
    const tree = await loadTree({ roots: ['tree'], reader, objects: [{ data: { category: 't', name: 'a', version: '1.0', license: 'own' }, at }] });
    expect(tree.packages.map((one) => one.definition.license)).toEqual(['own']);
    expect(tree.problems.map(formatProblem).join('\n')).toMatchInlineSnapshot(`
      "cos.config.ts:3:7 (t/a@1.0): LUET_DUPLICATE_PACKAGE: a-t-1.0 is defined twice; this one, loaded later, wins
        also defined here [tree/a/definition.yaml:2:7]"
    `);
  });

  it('is rather a slip in a list of objects', async () => {
    expect(await problemsOf([base, { ...base, license: 'later' }])).toMatchInlineSnapshot(`
      "cos.config.ts:4:7 (t/base@1.0): LUET_DUPLICATE_PACKAGE: base-t-1.0 is defined twice; this one, loaded later, wins
        also defined here [cos.config.ts:3:7]"
    `);
  });
});
