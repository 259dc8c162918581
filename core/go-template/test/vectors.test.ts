// Every recorded case of luet since 2022 (text/template + sprig, Go 1.22) and of its releases before (helm 3.3.4's engine).
import { describe, expect, it } from 'vitest';
import { listFixtures, readVectors, runVector } from './support/vectors.ts';

const suites = [
  ...listFixtures('templates/').map((file) => ({ file: `templates/${file}`, engine: 'luet' as const })),
  { file: 'legacy-helm/helm-3.3.4.json', engine: 'helm' as const },
];

describe.each(suites)('$file', ({ file, engine }) => {
  it.each(readVectors(file).map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const outcome = runVector(vector, engine);
    if (vector.error === undefined) {
      expect(outcome).toEqual({ text: vector.expect });
      return;
    }
    const { phase, line, col, message, messageTruncated } = vector.error;
    expect(outcome).toMatchObject({ phase, ...(line === undefined ? {} : { line }), ...(col === undefined ? {} : { col }) });
    // The programs put words of their own before the message; some recordings keep only the first 200 characters.
    const own = message.replace(/^(while rendering template: |unmarshalling values: rendering file values\.yaml: )/, '');
    expect(messageTruncated === true ? outcome.message?.slice(0, own.length) : outcome.message).toBe(own);
  });
});
