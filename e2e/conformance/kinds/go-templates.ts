// gotemplate/: `cases.jsonl` beside files of answers, one for each engine. Each answer is one vector.

import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseGoYaml, renderTemplate } from '@cos/go-template';
import type { Engine, GoMap } from '@cos/go-template';
import { readLines } from '../read-file.ts';
import { compare, isListOf } from '../vector.ts';
import type { Vector, VectorKind } from '../vector.ts';
import { surroundings } from '../surroundings.ts';

interface Case {
  readonly Name: string;
  readonly T: string;
  readonly Values: string;
}

interface Answer {
  readonly Name: string;
  readonly Out: string;
  readonly Err: string;
}

export const goTemplates: VectorKind = ({ absolutePath, content }) => {
  if (!isListOf(content, ['Name', 'T'])) return isListOf(content, ['Name', 'Out']) ? [] : undefined;
  const cases = content as readonly Case[];
  const folder = dirname(absolutePath);
  const files = readdirSync(folder).filter((name) => name !== basename(absolutePath) && name.endsWith('.jsonl')).sort();
  return files.flatMap((file) => {
    const rows = readLines(join(folder, file));
    return isListOf(rows, ['Name', 'Out']) ? vectorsOf(cases, rows as readonly Answer[], file) : [];
  });
};

function vectorsOf(cases: readonly Case[], answers: readonly Answer[], file: string): Vector[] {
  const engine: Engine = file.includes('helm') ? 'helm' : 'luet';
  const byName = new Map(cases.map((one) => [one.Name, one]));
  return answers.map((answer) => ({
    name: `${answer.Name} (${engine})`,
    check: () => {
      const one = byName.get(answer.Name);
      if (one === undefined) return [{ what: 'case', expected: answer.Name, found: undefined }];
      const result = renderTemplate(one.T, { engine, values: valuesOf(one.Values), env: { HOME: '/root' }, ...surroundings() });
      if (answer.Err === '') return compare('text', answer.Out, result.ok ? result.value : result.error.message);
      if (result.ok) return [{ what: 'error', expected: answer.Err, found: { text: result.value } }];
      const { line, column, message } = result.error;
      const place = /:(\d+)(?::(\d+))?(?::| |\)|$)/.exec(answer.Err.replace(/^while rendering template: /, ''));
      const isPlaced = place === null || (Number(place[1]) === line && (place[2] === undefined || Number(place[2]) === column));
      return isPlaced ? [] : [{ what: 'error', expected: answer.Err, found: message }];
    },
  }));
}

function valuesOf(text: string): GoMap {
  const result = parseGoYaml(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
