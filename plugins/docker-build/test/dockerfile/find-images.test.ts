import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagesOf, problemsOf, usesOf } from './rig.ts';

describe('the images of a Dockerfile', () => {
  it('are those that FROM and COPY --from name, unless they are earlier stages', () => {
    expect(usesOf('FROM golang:1.22 AS build\nRUN make\nFROM scratch\nCOPY --from=build /a /a\nCOPY --from=0 /b /b\nCOPY --chown=0:0 --from=tools:1 /c /c\n')).toEqual(['golang:1.22', 'scratch', 'stage 0', 'stage 0', 'tools:1']);
  });

  it('are found whatever the case of keywords and names of stages', () => {
    expect(usesOf('from a:1 as Build\nFrom bUILD\ncopy --from=BUILD /a /a\n')).toEqual(['a:1', 'stage 0', 'stage 0']);
  });

  it('may have the name of the stage that begins with them', () => {
    expect(usesOf('FROM alpine AS alpine\nFROM debian AS debian1\nFROM debian AS debian2\nCOPY --from=alpine / /\n')).toEqual(['alpine', 'debian', 'stage 0']);
  });

  it('are those of cos, too, which no registry can have', () => {
    expect(usesOf('FROM cos://base\nCOPY --from=cos://package/system/tools@>=1.0 / /\nRUN --mount=type=bind,from=cos://framework,target=/x true\n')).toEqual(['cos://base', 'cos://package/system/tools@>=1.0', 'cos://framework']);
  });

  it('are those of the stages that the target needs', () => {
    const text = 'FROM a:1 AS a\nFROM b:1 AS b\nFROM a AS c\nCOPY --from=b / /\nFROM d:$UNKNOWN AS d\n';
    expect(usesOf(text, { target: 'c' })).toEqual(['a:1', 'b:1', 'stage 0', 'stage 1']);
    expect(usesOf(text, { target: 'B' })).toEqual(['b:1']);
    expect(imagesOf(text, { target: '2' }).stages.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(problemsOf(text)).toEqual(['5:6+10 The image of this stage cannot be told: no ARG before the first FROM declares the variable UNKNOWN.']);
  });

  it('are told by ARG before the first stage, by build arguments and by the platform', () => {
    const text = 'ARG BASE=debian:12\nARG FULL="${BASE}-$TARGETARCH"\nARG EMPTY\nFROM ${FULL}${EMPTY}${EMPTY:-.1}\n';
    expect(usesOf(text)).toEqual(['debian:12-amd64.1']);
    expect(usesOf(text, { buildArgs: { BASE: 'x:2', EMPTY: '.3' }, platform: 'linux/arm64' })).toEqual(['x:2-arm64.3.3']);
    expect(usesOf('ARG TARGETARCH\nARG A=x B\nFROM $A-$TARGETARCH$B\n')).toEqual(['x-amd64']);
  });

  it('are not told by ARG inside of a stage', () => {
    expect(problemsOf('FROM a:1\nARG B=b\nFROM $B\n')).toEqual(['3:6+2 The image of this stage cannot be told: no ARG before the first FROM declares the variable B.']);
  });

  it('are found over lines that go on, with comments and empty lines between', () => {
    expect(usesOf('FROM \\\n  # the base\n\n  debian:12 \\\n  AS x\nRUN a \\\nFROM no:1\n')).toEqual(['debian:12']);
    expect(usesOf('# escape=`\nFROM a:`\n1\nRUN dir C:\\\nFROM b:1\n')).toEqual(['b:1']);
    expect(usesOf('FROM a:1\nRUN echo \\\\\nFROM b:1\n')).toEqual(['b:1']);
  });

  it('are not what here-documents hold', () => {
    expect(usesOf('FROM a:1\nRUN <<EOF\nFROM b:1\nEOF\nCOPY <<"ONE" <<-TWO /x\nFROM c:1\nONE\nFROM d:1\n\t\tTWO\nRUN cat 3<<EOF\nFROM e:1\nEOF\n')).toEqual(['a:1']);
    expect(usesOf('FROM a:1\nRUN ["cat", "<<EOF"]\nFROM b:1\n')).toEqual(['b:1']);
  });

  it('are those of mounts', () => {
    expect(usesOf('FROM a:1 AS a\nFROM b:1\nRUN --mount=target=/x,from=a --mount=type=bind,from=c:1,target=/y ls\n')).toEqual(['a:1', 'b:1', 'stage 0', 'c:1']);
  });

  it('are for the platform of the derivative', () => {
    expect(usesOf('FROM --platform=$TARGETPLATFORM a:1\n')).toEqual(['a:1']);
    expect(usesOf('FROM --platform=linux/arm64/v8 a:1\n', { platform: 'linux/arm64' })).toEqual(['a:1']);
    expect(problemsOf('FROM --platform=linux/riscv64 a:1\n')).toEqual(['1:6+24 Expected the platform linux/amd64, for which this image is built; found "linux/riscv64".']);
    expect(problemsOf('FROM --platform=$BUILDPLATFORM a:1\n')[0]).toContain('BUILDPLATFORM');
  });

  it.each([
    ['FROM Debian:12', '1:6+9 Expected a stage or an image; found "Debian:12".'],
    ['FROM a:1 AS builder\nFROM b:1\nCOPY --from=biulder / /', '3:13+7 Expected a stage or an image; no stage is called "biulder".'],
    ['FROM a:1\nCOPY --from=later / /\nFROM b:1 AS later\nCOPY --from=0 / /', '2:13+5 Expected an earlier stage; "later" begins later.'],
    ['FROM a:1\nCOPY --from=$X / /', '2:6+9 Builders put no variables in place in "from"; found "$X".'],
    ['FROM a:1\nCOPY --from=3 / /', '2:13+1 Expected an earlier stage; there is none of number 3.'],
    ['FROM a:1\nONBUILD COPY --from=b:1 / /', '2:14+10 ONBUILD cannot name an image: it would be looked for when another image is built on this one.'],
    ['FROM a:1 AS x\nFROM b:1 AS X', '2:1+13 Another stage is called "x" already.'],
    ['ARG X\nFROM $X', '2:6+2 The image of this stage is empty.'],
    ['FROM "a:1', '1:6+4 The image of this stage cannot be told: a double quote is not closed.'],
  ])('are refused: %j', (text, problem) => {
    expect(problemsOf(`${text}\n`)).toContain(problem);
  });

  it.each([
    ['', ':+ Expected a Dockerfile with at least one FROM; it has none.'],
    ['RUN x\nFROM a:1', '1:1+3 Expected FROM before RUN: only ARG may stand before the first stage.'],
    ['FROM a:1\n  RNU make', '2:3+3 Expected an instruction; found "RNU".'],
    ['FROM a:1 AS', '1:1+11 Expected FROM with an image, or with an image, AS and a name; found 2 words.'],
    ['FROM a:1 IS x', '1:1+13 Expected AS behind the image; found "IS".'],
    ['FROM a:1 AS 1x', '1:1+14 Expected a letter, then letters, digits, "-", "_" and "." as name of a stage; found "1x".'],
    ['FROM a:1\nRUN <<EOF\nx', '2:1+9 The here-document is never ended: expected a line "EOF".'],
    ['# escape=x\nFROM a:1', '1:1+10 Expected a backslash or a backtick as value of the directive "escape"; found "x".'],
  ])('need a Dockerfile that can be read: %j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it('come with everything that is wrong at once', () => {
    expect(problemsOf('FROM A\nCOPY --from=$X / /\nCOPY --from=7 / /\n')).toHaveLength(3);
    expect(problemsOf('FROM a:1\nRNU x\nCYPO y\n')).toHaveLength(2);
  });
});

// Dockerfiles are put together from parts whose images are known, in every disguise that the format allows.

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const reference = fc.oneof(word.map((name) => `${name}:1`), fc.tuple(word, word).map(([host, name]) => `${host}.example:5000/${name}@sha256:${'ab'.repeat(32)}`), word.map((name) => `cos://package/x/${name}`));
const anyCase = (text: string): fc.Arbitrary<string> => fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length }).map((ups) => text.split('').map((letter, index) => (ups[index] === true ? letter.toUpperCase() : letter.toLowerCase())).join(''));
/** Blank between words: on one line, or going on in the next one, with comments in between. */
const gap = fc.constantFrom(' ', '\t', '  ', ' \\\n', ' \\\n # FROM no:1\n  ', ' \\  \n\n\t', ' \\\r\n ');
const noise = fc.constantFrom(
  '', '# FROM no:1', '   # syntax=no:1', 'RUN echo FROM no:1', 'RUN echo \\\nFROM no:1', 'RUN <<EOF\nFROM no:1\nEOF', 'COPY <<-X /x\nFROM no:1\n\tX', 'ENV FROM=no:1', 'LABEL from="FROM no:1"',
  'CMD ["FROM", "no:1"]', 'WORKDIR /x', 'RUN [ -e /x ] || true', 'SHELL ["/bin/sh", "-c"]', 'COPY from=no:1 --from=no:1 /x', 'ONBUILD RUN <<E\nFROM no:1\nE',
);

interface Part {
  readonly text: string;
  readonly image: string | undefined;
}

const from = fc.tuple(anyCase('from'), gap, reference, gap, anyCase('as'), gap, fc.nat(9)).map(([keyword, first, image, second, as, third, number]): Part => ({ text: `${keyword}${first}${image}${second}${as}${third}s${number}`, image }));
const copy = fc.tuple(anyCase('copy'), gap, fc.constantFrom('', '--chown=1:1 ', '--link '), reference, gap).map(([keyword, first, flag, image, second]): Part => ({ text: `${keyword}${first}${flag}--from=${image}${second}/a /b`, image }));
const other = noise.map((text): Part => ({ text, image: undefined }));

describe('whatever a Dockerfile looks like', () => {
  it('the images of its stages are found, in order, and nothing else is taken for one', () => {
    const file = fc.tuple(fc.constantFrom('', '# syntax=no:1\n', '\uFEFF# escape=\\\n# a comment\n', '\n\n'), fc.array(fc.tuple(from, fc.array(fc.oneof(copy, other), { maxLength: 6 })), { minLength: 1, maxLength: 4 }), fc.constantFrom('\n', '\r\n', '\n\n'));
    const property = fc.property(file, ([head, stages, end]) => {
      // Names of stages are used once, and the last stage needs all others.
      const parts = stages.flatMap(([first, rest], index) => [{ ...first, text: first.text.replace(/s\d$/, `s${index}`) }, ...rest]);
      const needs = stages.slice(0, -1).map((_, index) => ({ text: `COPY --from=s${index} / /`, image: `stage ${index}` }));
      const all = [...parts, ...needs];
      expect(usesOf(head + all.map(({ text }) => text + end).join(''))).toEqual(all.flatMap(({ image }) => image ?? []));
    });
    fc.assert(property, { numRuns: 1500 });
  });

  it('reading it ends, and every place lies inside of it', () => {
    const pieces = fc.constantFrom('FROM', 'COPY', 'RUN', ' ', '\n', '\\', '`', '#', '<<', '<<-', 'EOF', '--from=', '--mount=from=', '"', "'", '$', '${', '}', ':-', '[', ']', 'a', 'AS', 'ARG ', '=', '\r', '\t', 'escape', 'syntax', '\uFEFF', 'ONBUILD ');
    const property = fc.property(fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')), (text) => {
      const lines = text.split('\n');
      for (const problem of problemsOf(text)) {
        const [, line = '', column = ''] = /^(\d*):(\d*)\+/.exec(problem) ?? [];
        if (line !== '') expect(Number(column)).toBeLessThanOrEqual((lines[Number(line) - 1] ?? '').length + 1);
        if (line !== '') expect(Number(line)).toBeLessThanOrEqual(lines.length);
      }
    });
    fc.assert(property, { numRuns: 5000 });
  });
});
