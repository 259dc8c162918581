// camelcase, snakecase, kebabcase as the library xstrings makes them, with its way to split words: `HTTPServer2Go` is http, server2, go.
import { isSpace, isUpper, lowerCharacter, upperCharacter } from './letters.ts';

type WordType = 'none' | 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly type: WordType;
  readonly text: string;
  readonly rest: string;
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
  let result = '';
  let word = nextWord(text);
  const put = ({ type, text: letters }: Pick<Word, 'type' | 'text'>): void => {
    result += type === 'upper' || type === 'connector' ? lowerWord(letters, connector) : letters;
  };
  const connect = (): void => {
    result += connector;
  };
  while (word.rest !== '') {
    if (word.type !== 'connector') put(word);
    const previous = word;
    word = nextWord(word.rest);
    if (previous.type === 'number') {
      word = putTail(word, put);
      if (word.type !== 'none' && !separates(word)) connect();
    } else if (previous.type === 'connector') {
      put(previous);
    } else if (previous.type !== 'punctuation') {
      word = afterLetters(word, put, connect);
    }
  }
  put(word);
  return result;
}

/** A number belongs to the word before it, unless small letters follow: bld4_floor, http_2xx. */
function afterLetters(word: Word, put: (word: Word) => void, connect: () => void): Word {
  if (word.type !== 'number') {
    if (!separates(word)) connect();
    return word;
  }
  if (word.rest === '') return word;
  const number = word;
  let next = nextWord(word.rest);
  if (next.type !== 'letters') {
    put(number);
    if (!separates(next)) connect();
    return next;
  }
  connect();
  put(number);
  next = putTail(next, put);
  if (next.type !== 'none' && !separates(next)) connect();
  return next;
}

function putTail(word: Word, put: (word: Word) => void): Word {
  let current = word;
  while (current.type === 'letters' || current.type === 'number') {
    put(current);
    current = nextWord(current.rest);
  }
  return current;
}

function separates({ type }: Word): boolean {
  return type === 'connector' || type === 'punctuation';
}

function lowerWord(text: string, connector: string): string {
  return Array.from(text).map((character) => (isConnector(character) ? connector : isUpper(character) ? lowerCharacter(character) : character)).join('');
}

function nextWord(text: string): Word {
  const characters = Array.from(text);
  const first = characters[0];
  if (first === undefined) return { type: 'none', text: '', rest: '' };
  const run = (type: WordType, belongs: (character: string) => boolean, from = 1): Word => {
    let end = from;
    while (end < characters.length && belongs(characters[end] ?? '')) end++;
    return { type, text: characters.slice(0, end).join(''), rest: characters.slice(end).join('') };
  };
  if (isConnector(first)) return run('connector', isConnector);
  if (isPunctuation(first)) return run('punctuation', isPunctuation);
  if (isUpper(first)) return upperWord(characters, run);
  if (isAlphabet(first)) return run('letters', isSmall);
  if (isNumber(first)) return run('number', isNumber);
  return run('other', (character) => !isConnector(character) && !isAlphabet(character) && !isNumber(character) && !isPunctuation(character));
}

function upperWord(characters: readonly string[], run: (type: WordType, belongs: (character: string) => boolean, from?: number) => Word): Word {
  const second = characters[1];
  if (second === undefined || (!isUpper(second) && !isAlphabet(second))) return run('upper', () => false);
  if (!isUpper(second)) return run('upper', isSmall);
  const word = run('upper', isUpper);
  const after = Array.from(word.rest)[0];
  if (after === undefined || !isAlphabet(after)) return word;
  // The last capital begins the next word: HTTP, Status.
  const letters = Array.from(word.text);
  const last = letters.pop() ?? '';
  return { type: 'upper', text: letters.join(''), rest: last + word.rest };
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
