// Go's time layouts: a layout is the reference time, Mon Jan 2 15:04:05 -0700 MST 2006, written the way the result shall look.

export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'field'; readonly field: Field; readonly text: string }
  | { readonly type: 'fraction'; readonly digits: number; readonly trims: boolean; readonly text: string };

export type Field = keyof typeof fields;

/** Field by the text that stands for it. Longer texts come first where one begins another. */
const fields = {
  January: 'longMonth', Jan: 'month', Monday: 'longWeekday', Mon: 'weekday', MST: 'zoneName',
  '2006': 'longYear', '_2006': 'underscoreYear', '__2': 'underYearDay', '_2': 'underDay', '002': 'zeroYearDay', '01': 'zeroMonth', '02': 'zeroDay',
  '03': 'zeroHour12', '04': 'zeroMinute', '05': 'zeroSecond', '06': 'shortYear', '15': 'hour', '1': 'monthNumber', '2': 'day', '3': 'hour12',
  '4': 'minute', '5': 'second', PM: 'upperHalf', pm: 'lowerHalf',
  '-07:00:00': 'offset', '-070000': 'offset', '-07:00': 'offset', '-0700': 'offset', '-07': 'offset',
  'Z07:00:00': 'offset', 'Z070000': 'offset', 'Z07:00': 'offset', 'Z0700': 'offset', 'Z07': 'offset',
} as const;

const names = (Object.keys(fields) as Field[]).sort((a, b) => b.length - a.length);

export function splitLayout(layout: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  let index = 0;
  const flush = (): void => {
    if (text !== '') pieces.push({ type: 'text', text });
    text = '';
  };
  while (index < layout.length) {
    const piece = pieceAt(layout, index);
    if (piece === undefined) {
      text += layout[index];
      index++;
      continue;
    }
    flush();
    pieces.push(piece);
    index += piece.text.length;
  }
  flush();
  return pieces;
}

function pieceAt(layout: string, index: number): Piece | undefined {
  const fraction = /^[.,](0+|9+)(?![0-9])/.exec(layout.slice(index, index + 40));
  if (fraction !== null) {
    const digits = fraction[1] ?? '';
    return { type: 'fraction', digits: digits.length, trims: digits.startsWith('9'), text: fraction[0] };
  }
  for (const name of names) {
    if (!layout.startsWith(name, index)) continue;
    // An underscore before the year is only an underscore.
    if (name === '_2006') return { type: 'text', text: '_' };
    // Part of a longer word, such as "Month".
    if ((name === 'Jan' || name === 'Mon') && /^[a-z]/.test(layout.slice(index + 3))) return undefined;
    return { type: 'field', field: name, text: name };
  }
  return undefined;
}
