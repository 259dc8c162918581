// YAML that does not have the form of a definition, a collection, a recipe, a finalizer or values.

import { definition, requires } from './broken-tree.ts';
import type { BrokenTree } from './broken-tree.ts';

export const shapes: readonly BrokenTree[] = [
  {
    name: 'an unquoted version',
    files: { 'base/definition.yaml': 'name: "base"\ncategory: "t"\nversion: 1.0\n' },
    expect: ['error LUET_WRONG_TYPE base/definition.yaml:3:10'],
    says: ['"1.0"'],
  },
  {
    name: 'an unquoted version in a requirement',
    files: { 'app/build.yaml': 'requires:\n- name: "base"\n  category: "t"\n  version: 1.0\nsteps:\n- make\n' },
    expect: ['error LUET_WRONG_TYPE app/build.yaml:4:12'],
  },
  {
    name: 'an unquoted name that is a boolean',
    files: { 'no/definition.yaml': 'name: no\ncategory: "t"\nversion: "1.0"\n' },
    expect: ['error LUET_WRONG_TYPE no/definition.yaml:1:7'],
  },
  {
    name: 'a definition that is a list',
    files: { 'list/definition.yaml': '- name: "list"\n  version: "1.0"\n' },
    expect: ['error LUET_WRONG_TYPE list/definition.yaml:1:1'],
  },
  {
    name: 'requirements that are a mapping',
    files: { 'app/build.yaml': 'requires:\n  name: "base"\nimage: x\nsteps:\n- make\n' },
    expect: ['error LUET_WRONG_TYPE app/build.yaml:2:3'],
  },
  {
    name: 'steps that are a text',
    files: { 'base/build.yaml': 'image: x\nsteps: make\n' },
    expect: ['error LUET_WRONG_TYPE base/build.yaml:2:8'],
  },
  {
    name: 'an environment that is a mapping',
    files: { 'base/build.yaml': 'image: x\nenv:\n  A: b\nsteps:\n- a\n' },
    expect: ['error LUET_WRONG_TYPE base/build.yaml:3:3'],
  },
  {
    name: 'a flag that is a text',
    files: { 'base/build.yaml': 'image: x\nunpack: "yes"\n' },
    expect: ['error LUET_WRONG_TYPE base/build.yaml:2:9'],
  },
  {
    name: 'a label that is a number',
    files: { 'base/definition.yaml': definition('base', '1.0', 'labels:\n  build: 5\n') },
    expect: ['error LUET_WRONG_TYPE base/definition.yaml:5:10'],
  },
  {
    name: 'an environment line without a value',
    files: { 'base/build.yaml': 'image: x\nenv:\n- A=1\n- "B 2"\nsteps:\n- a\n' },
    expect: ['warning LUET_WRONG_TYPE base/build.yaml:4:3'],
  },
  {
    name: 'a definition without a name',
    files: { 'anonymous/definition.yaml': 'category: "t"\nversion: "1.0"\n' },
    expect: ['error LUET_MISSING_KEY anonymous/definition.yaml:1:1'],
  },
  {
    name: 'a requirement without a name',
    files: { 'app/build.yaml': 'image: x\nrequires:\n- category: "t"\n  version: ">=0"\nsteps:\n- a\n' },
    expect: ['error LUET_MISSING_KEY app/build.yaml:3:3'],
  },
  {
    name: 'a misspelt key in a recipe',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\nexludes:\n- ^/b$\n' },
    expect: ['error LUET_UNKNOWN_KEY base/build.yaml:4:1'],
    says: ['excludes'],
  },
  {
    name: 'a misspelt key in a definition',
    files: { 'app/definition.yaml': definition('app', '1.0', requires('base').replace('requires', 'requries')) },
    expect: ['warning LUET_UNKNOWN_KEY app/definition.yaml:4:1'],
    says: ['requires'],
  },
  {
    name: 'a collection without packages',
    files: { 'set/collection.yaml': 'package:\n- name: "one"\n', 'set/build.yaml': 'image: x\n' },
    expect: ['error LUET_MISSING_KEY set/collection.yaml:1:1'],
    says: ['packages'],
  },
  {
    name: 'a collection without a recipe',
    files: { 'set/collection.yaml': 'packages:\n- name: "one"\n  category: "t"\n  version: "1.0"\n', 'user/definition.yaml': definition('user'), 'user/build.yaml': requires('one') },
    expect: ['error LUET_NO_RECIPE set/collection.yaml:1:1'],
  },
  {
    name: 'one bad entry of a collection',
    files: { 'set/collection.yaml': 'packages:\n- {name: "one", category: "t", version: "1"}\n- {name: "two", category: "t", version: 2}\n', 'set/build.yaml': 'image: x\n' },
    expect: ['error LUET_WRONG_TYPE set/collection.yaml:3:41'],
  },
  {
    name: 'a copy without a source',
    files: { 'base/build.yaml': 'image: x\ncopy:\n- image: z\n  destination: /d\nsteps:\n- a\n' },
    expect: ['error LUET_MISSING_KEY base/build.yaml:3:3'],
    says: ['source'],
  },
  {
    name: 'a copy from nowhere',
    files: { 'base/build.yaml': 'image: x\ncopy:\n- source: /s\n  destination: /d\nsteps:\n- a\n' },
    expect: ['error LUET_MISSING_KEY base/build.yaml:3:3'],
  },
  {
    name: 'a sub-package without a version',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\nsubpackages:\n- name: "part"\n  category: "t"\n  version: 2\n' },
    expect: ['error LUET_WRONG_TYPE base/build.yaml:7:12'],
  },
  {
    name: 'a finalizer with a misspelt key',
    files: { 'base/finalize.yaml': 'shell: [sh, -c]\ninstal:\n- ldconfig\n' },
    expect: ['warning LUET_UNKNOWN_KEY base/finalize.yaml:2:1'],
    says: ['install'],
  },
  {
    name: 'a finalizer whose commands are a text',
    files: { 'base/finalize.yaml': 'install: ldconfig\n' },
    expect: ['error LUET_WRONG_TYPE base/finalize.yaml:1:10'],
  },
  {
    name: 'values that are a list',
    values: ['- a\n- b\n'],
    expect: ['error LUET_WRONG_TYPE values-0.yaml:1:1'],
  },
  {
    name: 'values that are no YAML',
    values: ['image: x\n', 'a: 1\nb: {c: 1\n'],
    files: { 'base/build.yaml': 'image: {{ .Values.b.c }}\n' },
    expect: ['error LUET_YAML_SYNTAX values-1.yaml:2:4'],
  },
  {
    name: 'a name with a slash',
    files: { 'escape/definition.yaml': 'name: "../../etc/cron.d/x"\ncategory: "t"\nversion: "1.0"\n' },
    expect: ['error LUET_BAD_NAME escape/definition.yaml:1:7'],
  },
  {
    name: 'a version that is a path',
    files: { 'escape/definition.yaml': 'name: "escape"\ncategory: "t"\nversion: "1.0/../../../x"\n' },
    expect: ['error LUET_BAD_VERSION escape/definition.yaml:3:10'],
  },
  {
    name: 'a name that is an option of a program',
    files: { 'option/definition.yaml': 'name: "--privileged"\ncategory: "t"\nversion: "1.0"\n' },
    expect: ['error LUET_BAD_NAME option/definition.yaml:1:7'],
  },
  {
    name: 'a category with a slash',
    files: { 'escape/definition.yaml': 'name: "escape"\ncategory: "a/../.."\nversion: "1.0"\n' },
    expect: ['error LUET_BAD_NAME escape/definition.yaml:2:11'],
  },
  {
    name: 'a version that is no image tag, in a subpackage',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\nsubpackages:\n- name: "sub"\n  category: "t"\n  version: "1~a"\n' },
    expect: ['warning LUET_BAD_VERSION base/build.yaml:7:12'],
  },
  {
    name: 'a name, a category and a version that are too long',
    files: { 'long/definition.yaml': `name: "${'n'.repeat(81)}"\ncategory: "${'c'.repeat(41)}"\nversion: "${'1'.repeat(61)}"\n` },
    expect: ['error LUET_BAD_NAME long/definition.yaml:1:7', 'error LUET_BAD_NAME long/definition.yaml:2:11', 'error LUET_BAD_VERSION long/definition.yaml:3:10'],
    says: ['expected at most 80 characters; found 81 characters'],
  },
  {
    name: 'a package folder that is relative',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\npackage_dir: output\n' },
    expect: ['error LUET_BAD_PACKAGE_DIR base/build.yaml:4:1'],
  },
  {
    name: 'a package folder that climbs',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\npackage_dir: /output/../..\n' },
    expect: ['error LUET_BAD_PACKAGE_DIR base/build.yaml:4:1'],
  },
  {
    name: 'retrieved files from outside',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\nretrieve:\n- x-*.tar\n- ../../secret\n' },
    expect: ['error LUET_BAD_PATH base/build.yaml:6:3'],
  },
  {
    name: 'an include that is no regular expression',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\nincludes:\n- ^/usr\n- "^/etc/(a"\n' },
    expect: ['error LUET_BAD_PATTERN base/build.yaml:6:3'],
  },
  {
    name: 'an exclude with a look-ahead',
    files: { 'base/build.yaml': 'image: x\nunpack: true\nexcludes:\n- ^/(?!usr)\n' },
    expect: ['error LUET_BAD_PATTERN base/build.yaml:4:3'],
    says: ['look-around'],
  },
];
