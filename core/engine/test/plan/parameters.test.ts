import { expect, test } from 'vitest';
import { printDiagnostics } from '../../src/errors/print-diagnostic.ts';
import type { Parameters } from '../../src/model/parameter.ts';
import { readParameters } from '../../src/plan/parameters.ts';

const parameters: Parameters = {
  squash: { type: 'choice', choices: ['fast', 'release'], default: 'fast', description: 'compression' },
  manifest: { type: 'text', description: 'a file', pattern: /\.yaml$/ },
  packages: { type: 'list', positional: true, description: 'packages' },
  dry: { type: 'flag', description: 'a flag' },
  level: { type: 'integer', minimum: 1, maximum: 9, description: 'a number' },
};

test('defaults are filled in and texts become what the parameter wants', () => {
  expect(readParameters(parameters, {}, 'x')).toMatchObject({ ok: true, value: { squash: 'fast', manifest: undefined, packages: [], dry: false, level: undefined } });
  expect(readParameters(parameters, { squash: 'release', packages: 'a', dry: 'true', level: '7' }, 'x')).toMatchObject({ ok: true, value: { squash: 'release', packages: ['a'], dry: true, level: 7 } });
  expect(readParameters(parameters, { packages: ['a', 'b'], dry: true, level: 3, manifest: 'm.yaml' }, 'x')).toMatchObject({ ok: true, value: { packages: ['a', 'b'], level: 3, manifest: 'm.yaml' } });
});

test('everything that does not fit is told at once', () => {
  const read = readParameters({ ...parameters, key: { type: 'text', required: true, description: 'the key' } }, { squash: 'relaese', manifest: 'm.txt', level: '10', dry: 'maybe', pakages: ['x'] }, 'target "t"');
  expect(read.ok ? '' : printDiagnostics(read.failures, { workspace: '/', color: false })).toMatchInlineSnapshot(`
    "error COS_REQUEST_UNKNOWN_FLAG: Parameter "pakages" is not known to target "t".
      hint: Did you mean "packages"?

    error COS_REQUEST_INVALID_VALUE: Expected one of fast, release as --squash of target "t"; found "relaese".
      hint: Did you mean "release"?

    error COS_REQUEST_INVALID_VALUE: Expected a text of the form /\\.yaml$/ as --manifest of target "t"; found "m.txt".

    error COS_REQUEST_INVALID_VALUE: Expected true or false as --dry of target "t"; found "maybe".

    error COS_REQUEST_INVALID_VALUE: Expected a whole number of at least 1 and of at most 9 as --level of target "t"; found "10".

    error COS_REQUEST_MISSING_VALUE: Expected a value for --key of target "t" (the key); found none."
  `);
});
