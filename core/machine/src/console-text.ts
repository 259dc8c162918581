/**
 * The text of a serial console: bytes in, plain text out, with waiters for a part of it. Terminal control sequences (ECMA-48),
 * carriage returns and other control characters but newline and tab are left out, since boot loaders paint with them.
 */
export interface ConsoleText {
  /** What was received so far; of very long output only the last part ({@link keptCharacters}). */
  readonly text: string;
  append(bytes: Uint8Array): void;
  /**
   * Waits for a text, or for a pattern within one line; what was received before the call counts too. A match of a pattern that
   * ends where the received text ends may still grow (a version of which only half has arrived), so it counts when something
   * follows it or when nothing comes for a moment.
   */
  waitFor(expected: string | RegExp): ConsoleWait;
  /** The last lines, oldest first, without empty ones. */
  tail(count: number): readonly string[];
  /** Gives the provisional match of each waiter, if any; nothing more comes after it. */
  end(): void;
}

export interface ConsoleWait {
  readonly matched: Promise<string>;
  cancel(): void;
}

export const keptCharacters = 4 * 1024 * 1024;
const settleMs = 300;

interface Waiter {
  /** Absolute position up to which nothing can begin to match. */
  position: number;
  readonly find: (text: string, from: number) => { readonly match: string; readonly end: number } | undefined;
  readonly isExact: boolean;
  readonly resolve: (match: string) => void;
  timer: NodeJS.Timeout | undefined;
}

export function createConsoleText(): ConsoleText {
  const decoder = new TextDecoder('utf-8');
  const waiters = new Set<Waiter>();
  const strip = createStripper();
  let text = '';
  let dropped = 0;

  const look = (waiter: Waiter, isSettled: boolean): void => {
    clearTimeout(waiter.timer);
    const from = Math.max(0, waiter.position - dropped);
    const hit = waiter.find(text, from);
    if (hit === undefined) {
      waiter.position = dropped + (waiter.isExact ? text.length : text.lastIndexOf('\n') + 1);
      return;
    }
    if (waiter.isExact || isSettled || hit.end < text.length) {
      waiters.delete(waiter);
      waiter.resolve(hit.match);
      return;
    }
    waiter.timer = setTimeout(() => look(waiter, true), settleMs);
  };

  return {
    get text() {
      return text;
    },
    append(bytes) {
      text += strip(decoder.decode(bytes, { stream: true }));
      if (text.length > keptCharacters * 2) {
        dropped += text.length - keptCharacters;
        text = text.slice(-keptCharacters);
      }
      for (const waiter of waiters) look(waiter, false);
    },
    waitFor(expected) {
      const { promise, resolve } = Promise.withResolvers<string>();
      const waiter: Waiter = { ...createFinder(expected), position: 0, resolve, timer: undefined };
      waiters.add(waiter);
      look(waiter, false);
      return {
        matched: promise,
        cancel() {
          clearTimeout(waiter.timer);
          waiters.delete(waiter);
        },
      };
    },
    tail(count) {
      return text
        .slice(-count * 1000)
        .split('\n')
        .map((line) => line.trimEnd())
        .filter((line) => line !== '')
        .slice(-count);
    },
    end() {
      for (const waiter of waiters) look(waiter, true);
    },
  };
}

function createFinder(expected: string | RegExp): Pick<Waiter, 'find' | 'isExact'> {
  if (typeof expected === 'string') {
    return {
      isExact: true,
      find(text, from) {
        const start = text.indexOf(expected, Math.max(0, from - expected.length + 1));
        return start < 0 ? undefined : { match: expected, end: start + expected.length };
      },
    };
  }
  // A copy without the stateful flags: the caller's lastIndex must neither matter nor move.
  const pattern = new RegExp(expected.source, expected.flags.replaceAll(/[gy]/g, ''));
  return {
    isExact: false,
    find(text, from) {
      let start = from;
      while (start < text.length) {
        const newline = text.indexOf('\n', start);
        const end = newline < 0 ? text.length : newline;
        const match = pattern.exec(text.slice(start, end));
        if (match !== null) return { match: match[0], end: start + match.index + match[0].length };
        start = end + 1;
      }
      return undefined;
    },
  };
}

/** Removes control sequences from a stream of pieces; a sequence may be cut anywhere, so its state outlives a piece. */
function createStripper(): (piece: string) => string {
  let state: 'text' | 'escape' | 'sequence' | 'string' = 'text';
  return (piece) => {
    let plain = '';
    for (const character of piece) {
      const code = character.charCodeAt(0);
      if (code === 0x1b) {
        state = 'escape';
      } else if (state === 'escape') {
        if (character === '[') state = 'sequence';
        else if (character === ']' || character === 'P') state = 'string';
        // Intermediate bytes (0x20-0x2f) announce one more byte; anything else ends a two-byte escape.
        else if (code < 0x20 || code > 0x2f) state = 'text';
      } else if (state === 'sequence') {
        if (code >= 0x40 && code <= 0x7e) state = 'text';
      } else if (state === 'string') {
        // A terminal string ends by BEL or by ESC \, and never spans lines on a console that is sane.
        if (code === 0x07 || code === 0x0a) state = 'text';
      } else if (code >= 0x20 || code === 0x0a || code === 0x09) {
        plain += character;
      }
    }
    return plain;
  };
}
