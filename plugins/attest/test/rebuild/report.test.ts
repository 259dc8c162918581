import { describe, expect, test } from 'vitest';
import type { FileChange } from '../../src/rebuild/contents/compare-contents.ts';
import { causeLines, writeReport, type Outcome } from '../../src/rebuild/report.ts';
import { digest } from './statements.ts';

const same: Outcome = { artifact: 'build/my.iso', statement: { file: 'build/my.iso.intoto.jsonl', signedBy: 'cos.pub' }, identical: true, causes: [], builds: { identical: 2, origins: [], asked: [], followed: [], missing: [], additional: [] }, named: [], files: undefined };
const changed = (task: string) => ({ task, outputs: [{ name: 'out', kind: 'text-file', before: digest('a'), after: digest('b') }] });
const file = (path: string, over: Partial<FileChange> = {}): FileChange => ({ path, within: [], kind: 'changed', properties: ['content'], before: { type: 'file', content: 'a'.repeat(64) }, after: { type: 'file', content: 'b'.repeat(64) }, ...over });

describe('what people read of a second build', () => {
  test('is one thing where it is identical, with who has signed the statement', () => {
    expect(writeReport(same)).toEqual(['identical: build/my.iso', '2 steps were done again, and each made what build/my.iso.intoto.jsonl says, which is signed by the owner of cos.pub.']);
    expect(writeReport({ ...same, builds: { ...same.builds, origins: [changed('a.b#c')] } })).toEqual([
      'identical: build/my.iso',
      '3 steps were done again, as build/my.iso.intoto.jsonl says, which is signed by the owner of cos.pub. What is different on the way did not reach it:',
      'a.b#c made something else of the same inputs',
      '  out (text-file): sha256:ca978112ca1b… -> sha256:3e23e8160039…',
    ]);
  });

  test('is where it comes from, and each property of each file', () => {
    const files = [
      file('usr/a', { within: ['rootfs.squashfs'], properties: ['mode', 'time'], before: { mode: '0755', time: '0' }, after: { mode: '0700', time: '1.5' } }),
      file('usr/b', { kind: 'added', properties: [], before: undefined }),
      file('usr/c', { kind: 'removed', properties: [], after: undefined }),
      file('', { properties: ['owner'], before: { owner: '0:0' }, after: {} }),
    ];
    const outcome: Outcome = { ...same, identical: false, causes: [{ what: 'tool', name: 'tar', difference: '1 -> 2' }], builds: { ...same.builds, origins: [changed('a.b#c')], asked: [changed('a.b#d')], followed: [changed('a.b#e')], missing: ['a.b#f'], additional: ['a.b#g'] }, named: [{ task: 'a.b#c', seenIn: 'a.x#c', files: [file('usr/a')] }], files };
    expect(writeReport(outcome).join('\n')).toMatchInlineSnapshot(`
      "different: build/my.iso
      tool tar: 1 -> 2
      a.b#g is not in the statement
      a.b#f is in the statement, and was not done
      a.b#c made something else of the same inputs; seen in what a.x#c made of it
        c: usr/a  content aaaaaaaaaaaa -> bbbbbbbbbbbb
      a.b#d was asked for something else, and made it
        out (text-file): sha256:ca978112ca1b… -> sha256:3e23e8160039…
      1 step followed: a.b#e
      build/my.iso:
        rootfs.squashfs: usr/a  mode 0755 -> 0700, time 1970-01-01T00:00:00Z -> 1.5
        usr/b  is new
        usr/c  is gone
        .  owner 0:0 -> none"
    `);
    expect(writeReport({ ...outcome, files: [] }).at(-1)).toBe('  the same files; bytes around them differ');
  });

  test('does nothing to a terminal, and ends somewhere', () => {
    const many = Array.from({ length: 60 }, (_, index) => file(`usr/${index}`));
    const lines = writeReport({ ...same, identical: false, files: [file('usr/\u001b]0;x\u0007'), ...many] });
    expect(lines.join('\n')).not.toMatch(/[^\n\x20-\x7e]/);
    expect(lines).toContain('  "usr/\\u001b]0;x\\u0007"  content aaaaaaaaaaaa -> bbbbbbbbbbbb');
    expect(lines.at(-1)).toBe('  and 11 more; --json has them all');
    expect(causeLines([{ what: 'source', name: 'a\u001b[2J', difference: 'its content is another' }])).toEqual(['source "a\\u001b[2J": its content is another']);
  });

  test('is one line for all steps with one difference', () => {
    const step = (name: string, difference: string) => ({ what: 'step', name, difference }) as const;
    expect(causeLines([step('a', 'x'), step('b', 'x'), step('c', 'y'), step('d', 'x'), step('e', 'x')])).toEqual(['step a, b, d and 1 more: x', 'step c: y']);
  });
});
