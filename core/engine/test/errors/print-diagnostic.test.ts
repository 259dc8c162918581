import { expect, test } from 'vitest';
import { printDiagnostic, printDiagnostics } from '../../src/errors/print-diagnostic.ts';
import { createWorkspace } from '../../src/testing.ts';

test('a diagnostic shows its place with the lines around, notes, output and hint', async () => {
  await using workspace = await createWorkspace({ 'packages/os/build.yaml': 'requires:\n- name: base\n  categry: system\nsteps:\n- true\n' });
  const text = printDiagnostic(
    {
      code: 'COS_RESOLVE_UNKNOWN_KEY',
      severity: 'error',
      message: 'Expected a known key; found "categry".',
      place: { file: workspace.join('packages/os/build.yaml'), line: 3, column: 3, length: 7 },
      notes: [{ message: 'required here', place: { file: 'packages/os/build.yaml', line: 1 } }],
      output: ['one', 'two'],
      task: 'resolve.x#y',
      hint: 'Did you mean "category"?',
    },
    { workspace: workspace.path, color: false },
  );
  expect(text).toMatchInlineSnapshot(`
    "error COS_RESOLVE_UNKNOWN_KEY: Expected a known key; found "categry".
      task: resolve.x#y
      at packages/os/build.yaml:3:3
          1 | requires:
          2 | - name: base
        > 3 |   categry: system
            |   ^^^^^^^
          4 | steps:
      last output:
        | one
        | two
      note: required here
      at packages/os/build.yaml:1
        > 1 | requires:
          2 | - name: base
      hint: Did you mean "category"?"
  `);
});

test('without a file to read, the place stands alone', () => {
  expect(printDiagnostic({ code: 'COS_X_Y', severity: 'warning', message: 'Hm.', place: { file: 'gone.yaml', line: 3, column: 1 } }, { workspace: '/nowhere', color: false })).toMatchInlineSnapshot(`
    "warning COS_X_Y: Hm.
      at gone.yaml:3:1"
  `);
});

test('control characters of foreign text are shown, not sent to the terminal', () => {
  const text = printDiagnostic({ code: 'COS_X_Y', severity: 'error', message: 'found "\u001b[31mred\u001b[0m\u0007"', output: ['a\rb'], place: { file: 'x', line: 1, column: 1 }, source: 'x\u001b]0;title\u0007y\u202e' }, { workspace: '/', color: false });
  expect(text).toMatchInlineSnapshot(`
    "error COS_X_Y: found "red\\x07"
      at x:1:1
        > 1 | xy\\x202e
            | ^
      last output:
        | a\\x0db"
  `);
});

test('long lines are cut around the place', () => {
  const text = printDiagnostic({ code: 'COS_X_Y', severity: 'error', message: 'm', place: { file: 'x', line: 1, column: 5001, length: 3 }, source: `${'a'.repeat(5000)}bad${'c'.repeat(5000)}` }, { workspace: '/', color: false });
  const [, , line = '', mark = ''] = text.split('\n');
  expect(line.length).toBeLessThan(200);
  expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('bad');
});

test('colours are used only when asked for', () => {
  const diagnostic = { code: 'COS_X_Y', severity: 'error', message: 'm', hint: 'h' } as const;
  expect(printDiagnostic(diagnostic, { workspace: '/', color: false })).not.toContain('\u001b');
  expect(printDiagnostic(diagnostic, { workspace: '/', color: true })).toContain('\u001b[31m');
});

test('errors come after warnings, nearest to the prompt', () => {
  const text = printDiagnostics([{ code: 'COS_A_B', severity: 'error', message: 'e' }, { code: 'COS_C_D', severity: 'warning', message: 'w' }], { workspace: '/', color: false });
  expect(text).toBe('warning COS_C_D: w\n\nerror COS_A_B: e');
});
