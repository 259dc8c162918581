// Every recorded case of luet since 2022 (text/template + sprig, Go 1.22) and of its releases before (helm 3.3.4's engine).
import { describe, expect, it } from 'vitest';
import { listFixtures, readVectors, runVector } from './support/vectors.ts';
import type { Outcome, Vector } from './support/vectors.ts';

const suites = [
  ...listFixtures('templates/').map((file) => ({ file: `templates/${file}`, engine: 'luet' as const })),
  { file: 'legacy-helm/helm-3.3.4.json', engine: 'helm' as const },
];

describe.each(suites)('$file', ({ file, engine }) => {
  it.each(readVectors(file).map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const { message: _message, ...outcome } = runVector(vector, engine);
    expect(outcome).toEqual(expected(vector));
  });
});

function expected({ expect: text, error }: Vector): Outcome {
  if (error === undefined) return text === undefined ? {} : { text };
  const { phase, line, col } = error;
  return { phase, ...(line === undefined ? {} : { line }), ...(col === undefined ? {} : { col }) };
}
