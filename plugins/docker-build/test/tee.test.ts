import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { tee } from '../src/tee.ts';

async function* source(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield* source('one');
  throw new Error('broken');
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += Buffer.from(chunk).toString();
  return all;
}

it('gives both readers all chunks', async () => {
  const { main, side } = tee(source('one ', 'two ', 'three'));
  expect(await Promise.all([text(main), text(side)])).toEqual(['one two three', 'one two three']);
  const empty = tee(source());
  expect(await Promise.all([text(empty.main), text(empty.side)])).toEqual(['', '']);
});

it('does not run ahead of the slower reader', async () => {
  const { main, side } = tee(source('one', 'two', 'three'));
  const iterator = side[Symbol.asyncIterator]();
  const first = iterator.next();
  let got = '';
  const all = (async () => {
    for await (const chunk of main) got += Buffer.from(chunk).toString();
  })();
  await first;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(got).toBe('one');
  while ((await iterator.next()).done !== true);
  await all;
  expect(got).toBe('onetwothree');
});

it('tells both of an error of the source', async () => {
  const { main, side } = tee(failing());
  const ends = await Promise.allSettled([text(main), text(side)]);
  expect(ends.map((end) => (end.status === 'rejected' ? String(end.reason) : ''))).toEqual(['Error: broken', 'Error: broken']);
});

it('goes on alone when the side reader leaves', async () => {
  const { main, side } = tee(source('one', 'two', 'three'));
  const left = (async () => {
    for await (const _ of side) break;
  })();
  expect(await text(main)).toBe('onetwothree');
  await left;
});

it('ends the side reader when the main one leaves, also when it never began', async () => {
  const begun = tee(source('one', 'two'));
  const side = text(begun.side);
  for await (const _ of begun.main) break;
  await expect(side).rejects.toThrow('left before its end');
  const never = tee(source('one'));
  const waiting = text(never.side);
  Readable.from(never.main, { objectMode: false }).destroy();
  await expect(waiting).rejects.toThrow('left before its end');
});
