import { describeSubject, RegistryError, type Subject } from '../registry-error.ts';
import { problemOf } from './connection-problem.ts';
import type { Answer } from './transport.ts';

/** The most bytes that a manifest may have, as the distribution specification recommends. */
export const manifestLimit = 4 * 1024 * 1024;

/** Bytes of an answer that is kept in memory. Throws `too-large` as soon as there are more than `limit`, also where none are announced. */
export async function readDocument(answer: Answer, { limit, subject, what }: { readonly limit: number; readonly subject: Subject; readonly what: string }): Promise<Uint8Array> {
  const announced = Number(answer.header('content-length') ?? 0);
  if (announced > limit) {
    await answer.discard();
    throw tooLarge(`${announced} bytes`);
  }
  const { bytes, isWhole } = await readUpTo(answer, limit);
  if (!isWhole) throw tooLarge('more');
  return bytes;

  function tooLarge(found: string): RegistryError {
    return new RegistryError({ code: 'too-large', ...subject, status: answer.status, summary: `${what} of ${describeSubject(subject)} is too large.`, expected: `at most ${limit} bytes`, found });
  }
}

/** The first bytes of an answer; the rest is thrown away. */
export async function readUpTo(answer: Answer, limit: number): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) return { bytes: Buffer.concat(chunks, limit), isWhole: false };
  }
  return { bytes: Buffer.concat(chunks), isWhole: true };
}

/** The text of an answer that only explains a failure: an answer that breaks explains less, which is no failure of its own. */
export async function readExplanation(answer: Answer): Promise<string> {
  try {
    const { bytes } = await readUpTo(answer, 65_536);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    problemOf(error, answer.url);
    return '';
  }
}
