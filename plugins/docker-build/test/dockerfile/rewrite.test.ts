import { describe, expect, it } from 'vitest';
import { rewriteDockerfile } from '../../src/dockerfile/rewrite.ts';
import { imagesOf, modelOf } from './rig.ts';

function rewrite(text: string, target?: string) {
  const { stages, uses } = imagesOf(text, { target });
  return rewriteDockerfile({ model: modelOf(text), stages, uses, nameOf: (reference) => `store:${reference.replaceAll(/[^a-z0-9]/g, '')}` });
}

describe('the Dockerfile that an engine gets', () => {
  it('names images of the store and keeps every line where it is', () => {
    const text = 'ARG BASE=debian:12\n# a comment\nFROM --platform=linux/amd64 ${BASE} AS one\nRUN a \\\n  b\nCOPY --chown=1 \\\n  # why\n  --from=cos://package/x/y /a \\\n  /b\nRUN --mount=type=bind,from=t:1,target=/t c\n';
    expect(rewrite(text).text).toBe('ARG BASE=debian:12\n# a comment\nFROM  store:debian12 AS one\nRUN a \\\n  b\nCOPY --chown=1   --from=store:cospackagexy /a   /b\n\n\n\nRUN --mount=type=bind,from=store:t1,target=/t c\n');
  });

  it('has the stages only that the target needs, and counts those', () => {
    const text = 'FROM a:1 AS unused\nRUN x <<EOF\ny\nEOF\nFROM b:1\nFROM scratch AS last\nCOPY --from=1 / /\nFROM c:1\n';
    expect(rewrite(text, 'last').text).toBe('\n\n\n\nFROM store:b1\nFROM scratch AS last\nCOPY --from=0 / /\n\n');
  });

  it('names no image by which the builder itself would be replaced', () => {
    expect(rewrite('# syntax=docker/dockerfile:1\n# escape=`\nFROM a:`\n1\n').text).toBe('# escape=`\n#\nFROM store:a1\n\n');
    expect(rewrite('\uFEFF# check=skip=all\nFROM a:1\n').text).toBe('# escape=\\\nFROM store:a1\n');
  });

  it('is followed step by step in the lines that the user wrote', () => {
    const { steps } = rewrite('ARG X\nFROM a:1 AS unused\nFROM b:1\n  RUN a \\\n  b\n# c\nUSER d\n');
    expect(steps.map(({ text, line, place }) => [text, line, place?.line, place?.column])).toEqual([['ARG X', 1, 1, 1], ['FROM b:1', 3, 3, 1], ['RUN a   b', 4, 4, 3], ['USER d', 7, 7, 1]]);
  });
});
