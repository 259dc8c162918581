// Syntax errors in the words of yaml.v2: templates can print them (`(fromYaml …).Error`). The two parsers do not see the same things, so
// this names the common mistakes and falls back on what our parser says.
import type { YamlProblem } from '../yaml.ts';

export function describeSyntaxError(text: string, { reason, offset }: YamlProblem): string {
  const before = text.slice(0, offset);
  const emptyKey = /^[ ]*:(?=[ \n])/m.exec(`${before}${text.slice(offset).split('\n', 1)[0]}`);
  if (emptyKey !== null) return atLine(countLines(text.slice(0, emptyKey.index)), 'did not find expected key');
  if (/flow collection|deficient indentation|flow/.test(reason)) return describeFlow(text, before);
  const line = countLines(before);
  const rest = text.slice(offset);
  if (reason.startsWith('unknown anchor')) return `yaml: ${reason}`;
  if (reason.includes('tab character') || /^[ ]*[`@%\t]/.test(rest)) return atLine(line + 1, 'found character that cannot start any token');
  if (reason.includes('quoted scalar')) return atLine(line + 1, 'found unexpected end of stream');
  if (/:( |$)/.test(rest.split('\n', 1)[0] ?? '')) return atLine(line + 1, 'mapping values are not allowed in this context');
  if (reason.includes('bad indentation')) return atLine(line, 'did not find expected key');
  return atLine(line + 1, reason);
}

/** How far back the open bracket is looked for. */
const searched = 10_000;

/** Go reports the line where the parser gave up, counted from 0, and none at all on the first line. */
function describeFlow(text: string, before: string): string {
  const open: string[] = [];
  for (const [character] of before.slice(-searched).replace(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/gm, '').matchAll(/[[\]{}]/g)) {
    if (character === '[' || character === '{') open.push(character);
    else open.pop();
  }
  const closing = open.at(-1) === '{' ? '}' : ']';
  // The end of the text counts as a line of its own.
  const atEnd = text.trimEnd() === before.trimEnd();
  const line = atEnd ? countLines(text.endsWith('\n') ? text : `${text}\n`) : countLines(before);
  return atLine(line, `did not find expected ',' or '${closing}'`);
}

function atLine(line: number, message: string): string {
  return line === 0 ? `yaml: ${message}` : `yaml: line ${line}: ${message}`;
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
