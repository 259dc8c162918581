import { printable } from './printable.ts';
import type { Place } from './diagnostic.ts';

/**
 * The lines around a place with a mark below it; two lines before and one after. Undefined when the place has no line or lies outside of the text.
 * Long lines are cut around the column.
 */
export function codeFrame(text: string, place: Place): string | undefined {
  if (place.line === undefined) return undefined;
  const lines = text.split(/\r?\n/);
  const line = place.line;
  if (line < 1 || line > lines.length) return undefined;
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const full = lines[number - 1] ?? '';
    if (number === last && number !== line && full === '') continue;
    const start = number === line ? cutStart(place.column ?? 1) : 0;
    const shown = full.slice(start, start + maxWidth);
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${printable(shown)}`.trimEnd());
    if (number === line && place.column !== undefined) {
      const before = printable(full.slice(start, place.column - 1)).length;
      const length = Math.max(1, Math.min(place.length ?? 1, shown.length - (place.column - 1 - start)));
      frame.push(`  ${' '.repeat(width)} | ${' '.repeat(before)}${'^'.repeat(length)}`);
    }
  }
  return frame.join('\n');
}

const maxWidth = 160;

function cutStart(column: number): number {
  return column > maxWidth - 40 ? column - 60 : 0;
}
