// Packages that do not fit together.

import { definition, requires } from './broken-tree.ts';
import type { BrokenTree } from './broken-tree.ts';

function copy(name: string): string {
  return `image: x\nsteps:\n- a\ncopy:\n- package: {name: "${name}", category: "t", version: ">=0"}\n  source: /a\n  destination: /b\n`;
}

function packages(recipes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(recipes).flatMap(([id, recipe]) => {
      const [name = '', version] = id.split('@');
      return [[`${id}/definition.yaml`, definition(name, version)], [`${id}/build.yaml`, recipe]];
    }),
  );
}

export const requirements: readonly BrokenTree[] = [
  {
    name: 'an unknown requirement',
    files: { 'app/build.yaml': `${requires('bsae')}steps:\n- make\n` },
    expect: ['error LUET_UNKNOWN_PACKAGE app/build.yaml:2:9'],
    says: ['t/bsae', 't/app@1.0', 'did you mean t/base?'],
  },
  {
    name: 'an unknown requirement at run time',
    files: { 'app/definition.yaml': definition('app', '1.0', requires('nothing')) },
    expect: ['error LUET_UNKNOWN_PACKAGE app/definition.yaml:5:9'],
    says: ['t/nothing', 't/app@1.0'],
  },
  {
    name: 'an unknown requirement of one package of a collection',
    files: {
      'set/build.yaml': 'image: x\n',
      'set/collection.yaml': `packages:\n- name: "one"\n  category: "t"\n  version: "1"\n- name: "two"\n  category: "t"\n  version: "1"\n  requires:\n  - name: "thre"\n    category: "t"\n    version: ">=0"\n- name: "three"\n  category: "t"\n  version: "1"\n`,
    },
    expect: ['error LUET_UNKNOWN_PACKAGE set/collection.yaml:9:11'],
    says: ['t/two@1'],
  },
  {
    name: 'a version that there is not',
    files: { 'app/build.yaml': `${requires('base@2.0')}steps:\n- make\n` },
    expect: ['error LUET_NO_VERSION app/build.yaml:2:9'],
    says: ['2.0'],
  },
  {
    name: 'a selector that nothing satisfies',
    files: { 'app/build.yaml': `${requires('base@>=2,<3')}steps:\n- make\n` },
    expect: ['error LUET_NO_VERSION app/build.yaml:2:9'],
  },
  {
    name: 'a tilde in the place of a selector',
    files: { 'app/build.yaml': `${requires('base@~1.0')}steps:\n- make\n` },
    expect: ['error LUET_NO_VERSION app/build.yaml:2:9'],
    says: ['no selector'],
  },
  {
    name: 'a requirement without a version',
    files: { 'app/build.yaml': 'requires:\n- name: "base"\n  category: "t"\nsteps:\n- make\n' },
    expect: ['error LUET_NO_VERSION app/build.yaml:2:9'],
    says: ['>=0'],
  },
  {
    name: 'requirements that exclude each other',
    files: packages({ 'lib@1.0': 'image: x\n', 'lib@2.0': 'image: x\n', old: requires('lib@<2'), new: requires('lib@>=2'), both: requires('new', 'old'), over: requires('both') }),
    expect: ['error LUET_UNSATISFIABLE old/build.yaml:2:9'],
    says: ['t/both@1.0'],
  },
  {
    name: 'requirements in conflict',
    files: packages({ one: 'image: x\n', two: 'image: x\nconflicts:\n- {name: "one", category: "t", version: ">=0"}\n', both: requires('one', 'two') }),
    expect: ['error LUET_UNSATISFIABLE both/build.yaml:5:9'],
  },
  {
    name: 'a circle of two, and a package above it',
    files: packages({ ca: requires('cb'), cb: requires('ca'), above: requires('cb') }),
    expect: ['error LUET_CYCLE ca/build.yaml:2:9'],
    says: ['ca-t-1.0 -> cb-t-1.0 -> ca-t-1.0'],
  },
  {
    name: 'a package that requires itself',
    files: packages({ self: requires('self') }),
    expect: ['error LUET_CYCLE self/build.yaml:2:9'],
  },
  {
    name: 'a circle through copied files',
    files: packages({ a: copy('b'), b: copy('a') }),
    expect: ['error LUET_CYCLE a/build.yaml:5:19'],
  },
  {
    name: 'a circle through archives',
    files: packages({ os: `${requires('part')}requires_final_images: true\nunpack: true\n`, part: copy('os') }),
    expect: ['error LUET_CYCLE os/build.yaml:2:9'],
  },
  {
    name: 'a copy from an unknown package',
    files: packages({ a: copy('nothing') }),
    expect: ['error LUET_UNKNOWN_PACKAGE a/build.yaml:5:19'],
  },
  {
    name: 'a copy from a package that has no image',
    files: packages({ a: copy('meta'), meta: '' }),
    expect: ['error LUET_NO_PARENT a/build.yaml:5:19'],
  },
  {
    name: 'steps and nothing to build on',
    files: packages({ loose: 'steps:\n- make\n', above: requires('loose') }),
    expect: ['error LUET_NO_PARENT loose/build.yaml:1:1'],
  },
  {
    name: 'steps on packages that have no image',
    files: packages({ meta: '', loose: `${requires('meta')}steps:\n- make\n`, above: requires('loose') }),
    expect: ['error LUET_NO_PARENT loose/build.yaml:1:1'],
  },
  {
    name: 'a misspelt image below other packages',
    files: { 'base/build.yaml': 'imgae: "debian:12"\nsteps:\n- a\n', ...packages({ copier: copy('base'), user: `${requires('base')}steps:\n- b\n` }) },
    expect: ['error LUET_UNKNOWN_KEY base/build.yaml:1:1'],
    says: ['image'],
  },
  {
    name: 'an image that a condition leaves out below other packages',
    files: { 'base/build.yaml': '{{ if .Values.image }}\nimage: "debian:12"\n{{ end }}\nsteps:\n- a\n', ...packages({ copier: copy('base') }) },
    expect: ['error LUET_NO_PARENT base/build.yaml:4:1'],
  },
  {
    name: 'final images of nothing',
    files: packages({ os: 'requires_final_images: true\nunpack: true\n' }),
    expect: ['error LUET_NO_PARENT os/build.yaml:1:1'],
  },
  {
    name: 'a package that is defined twice',
    files: { 'base2/definition.yaml': definition('base'), 'base2/build.yaml': 'image: x\n' },
    expect: ['note LUET_DUPLICATE_PACKAGE base2/definition.yaml:1:7'],
  },
  {
    name: 'two packages with one image tag',
    files: packages({ 'lib@1.0+1': 'image: x\n', 'lib@1.0-1': 'image: x\n' }),
    expect: ['warning LUET_TAG_COLLISION lib@1.0-1/definition.yaml:1:7'],
  },
  {
    name: 'many mistakes at once',
    files: {
      ...packages({ 'one@1.0': requires('nothing'), 'two@1.0': 'image: x\nexludes: []\n', 'three@1.0': 'image: {{ .Values.a.b }}\n' }),
      'four/definition.yaml': 'name: "four"\nversion: 4\n',
    },
    expect: [
      'error LUET_WRONG_TYPE four/definition.yaml:2:10',
      'error LUET_UNKNOWN_PACKAGE one@1.0/build.yaml:2:9',
      'error LUET_RENDER_FAILED three@1.0/build.yaml:1:18',
      'error LUET_UNKNOWN_KEY two@1.0/build.yaml:2:1',
    ],
  },
];
