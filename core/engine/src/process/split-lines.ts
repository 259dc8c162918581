import { StringDecoder } from 'node:string_decoder';

/** A line that never ends is cut into pieces of this many characters. */
const longest = 16_384;

export interface LineSplitter {
  readonly push: (chunk: Uint8Array) => void;
  /** Gives the last line when it did not end with a line feed. */
  readonly end: () => void;
}

/** Cuts a stream of UTF-8 bytes into lines without their ends. A carriage return alone (progress bars) ends a line too; empty pieces of those are dropped. */
export function splitLines(give: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) giveLine(line);
    while (rest.length > longest) {
      give(rest.slice(0, longest));
      rest = rest.slice(longest);
    }
  };
  const giveLine = (line: string): void => {
    if (!line.includes('\r')) {
      for (let at = 0; at === 0 || at < line.length; at += longest) give(line.slice(at, at + longest));
      return;
    }
    for (const part of line.split('\r')) if (part !== '') give(part.slice(0, longest));
  };
  return {
    push: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end());
      if (rest !== '') giveLine(rest);
      rest = '';
    },
  };
}
