// Files that cannot be read, or are no YAML.

import { definition } from './broken-tree.ts';
import type { BrokenTree } from './broken-tree.ts';

const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]', ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[index]}`).join(', ')}]`)];

export const files: readonly BrokenTree[] = [
  {
    name: 'a bracket without end in a definition',
    files: { 'base/definition.yaml': 'name: "base"\ncategory: "t"\nversion: "1.0"\nuri: [a,\n  b\n' },
    expect: ['error LUET_YAML_SYNTAX base/definition.yaml:4:6'],
  },
  {
    name: 'a quote without end in a recipe',
    files: { 'base/build.yaml': 'image: "debian:12\nsteps:\n- echo base\n' },
    expect: ['error LUET_YAML_SYNTAX base/build.yaml:1:8'],
  },
  {
    name: 'a tab as indentation',
    files: { 'base/build.yaml': 'image: x\nsteps:\n\t- a\n' },
    expect: ['error LUET_YAML_SYNTAX base/build.yaml:3:1'],
    says: ['tab'],
  },
  {
    name: 'a line without a colon',
    files: { 'base/definition.yaml': 'name: "base"\ncategory "t"\nversion: "1.0"\n' },
    expect: ['error LUET_YAML_SYNTAX base/definition.yaml:2:1'],
    says: ['key: value'],
  },
  {
    name: 'a line indented unlike its neighbours',
    files: { 'base/build.yaml': 'image: x\nsteps:\n  - a\n - b\n' },
    expect: ['error LUET_YAML_SYNTAX base/build.yaml:4:2'],
  },
  {
    name: 'an unquoted colon in a command',
    files: { 'base/build.yaml': 'image: x\nenv:\n- A=1\nseed: a: b\n' },
    expect: ['error LUET_YAML_SYNTAX base/build.yaml:4:8'],
    says: ['quotes'],
  },
  {
    name: 'an alias without an anchor',
    files: { 'set/collection.yaml': 'packages:\n- &one\n  name: "one"\n  category: "t"\n  version: "1.0"\n- <<: *two\n  name: "two"\n', 'set/build.yaml': 'image: x\n' },
    expect: ['error LUET_YAML_SYNTAX set/collection.yaml:6:7'],
  },
  {
    name: 'aliases that expand without bound',
    files: { 'base/definition.yaml': `${definition('base')}${bomb.join('\n')}\n` },
    expect: ['error LUET_YAML_TOO_LARGE base/definition.yaml:9:7'],
  },
  {
    name: 'a key that is given twice',
    files: { 'base/definition.yaml': `${definition('base')}license: MIT\nlicense: GPL\n` },
    expect: ['error LUET_DUPLICATE_KEY base/definition.yaml:5:1'],
  },
  {
    name: 'a key that is given twice in two spellings',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\nIMAGE: z\n' },
    expect: ['error LUET_DUPLICATE_KEY base/build.yaml:4:1'],
  },
  {
    name: 'an empty definition',
    files: { 'empty/definition.yaml': '' },
    expect: ['error LUET_MISSING_KEY empty/definition.yaml:1:1'],
  },
  {
    name: 'a second document in a recipe',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- a\n---\nimage: y\n' },
    expect: ['warning LUET_YAML_EXTRA_DOCUMENT base/build.yaml:4:1'],
  },
  {
    name: 'a control character',
    files: { 'base/build.yaml': 'image: x\nsteps:\n- echo \u0000\n' },
    expect: ['error LUET_YAML_SYNTAX base/build.yaml:3:8'],
  },
  {
    name: 'a huge definition',
    files: { 'base/definition.yaml': `${definition('base')}description: "${'x'.repeat(5_000_000)}"\n` },
    expect: ['error LUET_READ_FAILED base/definition.yaml'],
    says: ['larger'],
  },
  {
    name: 'a huge recipe',
    files: { 'base/build.yaml': `image: x\n#${'x'.repeat(5_000_000)}\n` },
    expect: ['error LUET_READ_FAILED base/build.yaml'],
  },
  {
    name: 'a recipe that is a link to itself',
    files: { 'loop/definition.yaml': definition('loop') },
    links: { 'loop/build.yaml': 'build.yaml' },
    expect: ['error LUET_READ_FAILED loop/build.yaml'],
  },
  {
    name: 'a recipe that is a link out of the tree',
    files: { 'out/definition.yaml': definition('out') },
    links: { 'out/build.yaml': '/etc/hostname' },
    expect: ['error LUET_READ_FAILED out/build.yaml'],
    says: ['out of the tree'],
  },
  {
    name: 'a recipe that is a dangling link',
    files: { 'gone/definition.yaml': definition('gone') },
    links: { 'gone/build.yaml': '../nowhere.yaml' },
    expect: ['error LUET_READ_FAILED gone/build.yaml'],
  },
  {
    name: 'a package that is a link to a folder',
    links: { linked: 'base' },
    expect: ['warning LUET_LINKED_FOLDER linked'],
    says: ['passed over'],
  },
  {
    name: 'a link to its own folder among the files of a package',
    links: { 'base/files': '.' },
    expect: ['warning LUET_LINKED_FOLDER base/files', 'warning LUET_READ_FAILED base/files'],
  },
];
