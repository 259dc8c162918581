// camelcase, snakecase, kebabcase as the library xstrings makes them, with its way to split words: `HTTPServer2Go` is http, server2, go.
import { isSpace, isUpper, lowerCharacter, mapCharacters, upperCharacter } from './letters.ts';

type WordType = 'none' | 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly type: WordType;
  readonly text: string;
  /** Where the next word begins. */
  readonly end: number;
}

export function toCamelCase(text: string): string {
  const characters = Array.from(text);
  const start = characters.findIndex((character) => !isConnector(character));
  if (start < 0) return text;
  let result = characters.slice(0, start).join('');
  let current = upperCharacter(characters[start] ?? '');
  for (const next of characters.slice(start + 1)) {
    const previous = current;
    current = next;
    if (isConnector(next) && isConnector(previous)) {
      result += previous;
    } else if (isConnector(previous)) {
      current = upperCharacter(next);
    } else {
      current = lowerCharacter(next);
      result += previous;
    }
  }
  return result + current;
}

export function toSeparatedCase(text: string, connector: '_' | '-'): string {
  return new CaseWriter(Array.from(text), connector).write();
}

/** Walks the words with one of look-ahead. */
class CaseWriter {
  readonly #characters: readonly string[];
  readonly #connector: string;
  #result = '';

  constructor(characters: readonly string[], connector: string) {
    this.#characters = characters;
    this.#connector = connector;
  }

  write(): string {
    let word = nextWord(this.#characters, 0);
    while (word.end < this.#characters.length) {
      if (word.type !== 'connector') this.#put(word);
      const previous = word;
      word = this.#after(word);
      if (previous.type === 'number') word = this.#connectAfter(this.#putTail(word));
      else if (previous.type === 'connector') this.#put(previous);
      else if (previous.type !== 'punctuation') word = this.#afterLetters(word);
    }
    this.#put(word);
    return this.#result;
  }

  /** A number belongs to the word before it, unless small letters follow: bld4_floor, http_2xx. */
  #afterLetters(word: Word): Word {
    if (word.type !== 'number') {
      if (!separates(word)) this.#result += this.#connector;
      return word;
    }
    if (word.end === this.#characters.length) return word;
    const next = this.#after(word);
    if (next.type !== 'letters') {
      this.#put(word);
      if (!separates(next)) this.#result += this.#connector;
      return next;
    }
    this.#result += this.#connector;
    this.#put(word);
    return this.#connectAfter(this.#putTail(next));
  }

  #connectAfter(word: Word): Word {
    if (word.type !== 'none' && !separates(word)) this.#result += this.#connector;
    return word;
  }

  #putTail(word: Word): Word {
    let current = word;
    while (current.type === 'letters' || current.type === 'number') {
      this.#put(current);
      current = this.#after(current);
    }
    return current;
  }

  #after(word: Word): Word {
    return nextWord(this.#characters, word.end);
  }

  #put({ type, text }: Word): void {
    this.#result += type === 'upper' || type === 'connector' ? lowerWord(text, this.#connector) : text;
  }
}

function separates({ type }: Word): boolean {
  return type === 'connector' || type === 'punctuation';
}

function lowerWord(text: string, connector: string): string {
  return mapCharacters(text, (character) => (isConnector(character) ? connector : isUpper(character) ? lowerCharacter(character) : character));
}

function nextWord(characters: readonly string[], start: number): Word {
  const first = characters[start];
  if (first === undefined) return { type: 'none', text: '', end: start };
  const run = (type: WordType, belongs: (character: string) => boolean): Word => {
    let end = start + 1;
    while (end < characters.length && belongs(characters[end] ?? '')) end++;
    return { type, text: characters.slice(start, end).join(''), end };
  };
  if (isConnector(first)) return run('connector', isConnector);
  if (isPunctuation(first)) return run('punctuation', isPunctuation);
  if (isUpper(first)) return upperWord(characters, start, run);
  if (isAlphabet(first)) return run('letters', isSmall);
  if (isNumber(first)) return run('number', isNumber);
  return run('other', (character) => !isConnector(character) && !isAlphabet(character) && !isNumber(character) && !isPunctuation(character));
}

type Run = (type: WordType, belongs: (character: string) => boolean) => Word;

function upperWord(characters: readonly string[], start: number, run: Run): Word {
  const second = characters[start + 1];
  if (second === undefined || (!isUpper(second) && !isAlphabet(second))) return run('upper', () => false);
  if (!isUpper(second)) return run('upper', isSmall);
  const word = run('upper', isUpper);
  const after = characters[word.end];
  if (after === undefined || !isAlphabet(after)) return word;
  // The last capital begins the next word: HTTP, Status.
  return { type: 'upper', text: characters.slice(start, word.end - 1).join(''), end: word.end - 1 };
}

function isConnector(character: string): boolean {
  return character === '-' || character === '_' || isSpace(character);
}

function isPunctuation(character: string): boolean {
  return /^\p{P}$/u.test(character);
}

function isNumber(character: string): boolean {
  return /^\p{N}$/u.test(character);
}

/** Letters of scripts that write words with spaces. */
function isAlphabet(character: string): boolean {
  return /^\p{L}$/u.test(character) && !/^[\u3400-\u4d85\u4e00-\u9fcc\u{20000}-\u{2b81d}]$/u.test(character);
}

function isSmall(character: string): boolean {
  return isAlphabet(character) && !isUpper(character);
}
