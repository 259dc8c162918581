// Files of vectors: JSON, or JSON by lines.

import { readFileSync } from 'node:fs';

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function readLines(path: string): readonly unknown[] {
  return readFileSync(path, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line): unknown => JSON.parse(line));
}
