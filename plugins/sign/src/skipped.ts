import { problem } from './problem.ts';

/** Whether one of the regular expressions matches the name of an image, `host/path:tag`. Throws COS_SIGN_REQUEST for one that is none. */
export function readSkipped(expressions: readonly string[]): (name: string) => boolean {
  const read = expressions.map((text) => {
    try {
      return new RegExp(text);
    } catch (error) {
      throw problem('COS_SIGN_REQUEST', `Expected a regular expression as what is skipped; found ${JSON.stringify(text)}: ${error instanceof Error ? error.message : String(error)}.`, 'A dot matches any character: write \\. for a dot.');
    }
  });
  return (name) => read.some((expression) => expression.test(name));
}
