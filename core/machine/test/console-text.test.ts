import { describe, expect, test } from 'vitest';
import { createConsoleText, keptCharacters } from '../src/console-text.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

describe('console text', () => {
  test('leaves terminal control sequences out, wherever a piece is cut', () => {
    const whole = '\u001b[2J\u001b[01;01H\u001b[0;32mOK\u001b[0m \u001b]0;title\u0007done\r\n\u001b(Bnext\u001b\\';
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const console = createConsoleText();
      console.append(bytes(whole.slice(0, cut)));
      console.append(bytes(whole.slice(cut)));
      expect(console.text).toBe('OK done\nnext');
    }
  });

  test('puts characters together that arrive in two pieces', () => {
    const console = createConsoleText();
    const both = bytes('é');
    console.append(both.subarray(0, 1));
    console.append(both.subarray(1));
    expect(console.text).toBe('é');
  });

  test('finds an exact text that arrives in pieces, across lines too', async () => {
    const console = createConsoleText();
    const wait = console.waitFor('one\ntwo');
    for (const piece of ['on', 'e', '\nt', 'wo']) console.append(bytes(piece));
    expect(await wait.matched).toBe('one\ntwo');
  });

  test('finds what was shown before the wait began', async () => {
    const console = createConsoleText();
    console.append(bytes('ready 1\nlater\n'));
    expect(await console.waitFor(/ready \d/).matched).toBe('ready 1');
  });

  test('lets a match at the end of the received text grow', async () => {
    const console = createConsoleText();
    const wait = console.waitFor(/version \S+/);
    console.append(bytes('version 1'));
    await new Promise((next) => setTimeout(next, 20));
    console.append(bytes('.25\n'));
    expect(await wait.matched).toBe('version 1.25');
  });

  test('takes a match at the end of the received text when nothing follows', async () => {
    const console = createConsoleText();
    const wait = console.waitFor(/login:/);
    console.append(bytes('host login:'));
    expect(await wait.matched).toBe('login:');
  });

  test('takes a match at the end when the console ends', async () => {
    const console = createConsoleText();
    const wait = console.waitFor(/bye/);
    console.append(bytes('bye'));
    console.end();
    expect(await wait.matched).toBe('bye');
  });

  test('neither reads nor moves the position of a global pattern', async () => {
    const console = createConsoleText();
    const pattern = /a/g;
    pattern.lastIndex = 5;
    console.append(bytes('a\n'));
    expect(await console.waitFor(pattern).matched).toBe('a');
    expect(pattern.lastIndex).toBe(5);
  });

  test('keeps the last part of endless output and still finds a text in it', async () => {
    const console = createConsoleText();
    const wait = console.waitFor('the end');
    const block = bytes(`${'x'.repeat(1023)}\n`.repeat(1024));
    for (let count = 0; count < 10; count += 1) console.append(block);
    console.append(bytes('the end\n'));
    expect(await wait.matched).toBe('the end');
    expect(console.text.length).toBeLessThanOrEqual(2 * keptCharacters);
  });

  test('gives the last lines without empty ones', () => {
    const console = createConsoleText();
    console.append(bytes('a\n\nb  \n\nc'));
    expect(console.tail(2)).toEqual(['b', 'c']);
  });
});
