import { expect, test } from 'vitest';
import { parametersHelp } from '../../src/cli/target-help.ts';
import { readWords, splitTargets } from '../../src/cli/target-words.ts';
import type { Parameters } from '../../src/model/parameter.ts';

const parameters: Parameters = {
  packages: { type: 'list', positional: true, description: 'packages' },
  pull: { type: 'list', bare: 'here', description: 'where to look' },
  push: { type: 'text', bare: '', description: 'where to push' },
};

const read = (...words: string[]) => readWords(words, { what: 'target "build"', parameters, see: 'cos run build' }, []).given;

test('a flag that may stand alone takes a value behind its = only', () => {
  expect(read('--push', 'app/x')).toEqual({ push: '', packages: ['app/x'] });
  expect(read('app/x', '--push=registry/r')).toEqual({ push: 'registry/r', packages: ['app/x'] });
  expect(read('--pull', '--pull=a/b', 'app/x', '--pull=c/d')).toEqual({ pull: ['here', 'a/b', 'c/d'], packages: ['app/x'] });
  expect(read('app/x')).toEqual({ packages: ['app/x'] });
});

test('the word behind such a flag may be the next target', () => {
  const targets = new Map([['build', { params: parameters }], ['iso', {}]]);
  expect(splitTargets(['build', '--push', 'iso'], targets)).toEqual({ names: ['build', 'iso'], rest: ['--push'] });
});

test('help shows that the value may be left out', () => {
  expect(parametersHelp('cos run build', 'builds', parameters, false).split('\n').slice(-3)).toEqual([
    '  packages         packages',
    '  --pull[=<text>]  where to look (may be given many times)',
    '  --push[=<text>]  where to push',
  ]);
});
