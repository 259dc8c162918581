// Template engines notice some mistakes late, as Go does: an action without end on some later line, a block without end at the end of
// all files, a template that is defined twice at the end of the second definition. Here they are placed where they begin.

export interface TemplateFault {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** In UTF-16 units, from 1. */
  readonly column: number;
}

export function refinePlace(source: string, fault: TemplateFault): TemplateFault {
  const found = findStart(source, fault);
  return found === undefined ? fault : { message: found.message, ...placeOf(source, found.start) };
}

interface FoundStart {
  readonly message: string;
  /** Offset in the source. */
  readonly start: number;
}

function findStart(source: string, fault: TemplateFault): FoundStart | undefined {
  const twice = /multiple definition of template "(.*)"$/.exec(fault.message)?.[1];
  if (twice !== undefined) {
    const start = findSecondDefinition(source, twice);
    return start === undefined ? undefined : { start, message: `the template "${twice}" is defined twice` };
  }
  if (fault.message === 'unexpected EOF') return findOpenBlock(source);
  if (fault.message.startsWith('unexpected <define>')) return findOpenBlock(source.slice(0, source.lastIndexOf('{{', offsetOf(source, fault))));
  const start = findOpenAction(source, offsetOf(source, fault));
  return start === undefined ? undefined : { start, message: 'the action has no end' };
}

/** The last block that nothing ends. */
function findOpenBlock(source: string): FoundStart | undefined {
  const open: FoundStart[] = [];
  for (const { index, 1: word = '' } of source.matchAll(/\{\{-?\s*(if|range|with|define|block|end)\b/g)) {
    if (word === 'end') open.pop();
    else open.push({ start: index, message: `the ${word} has no end` });
  }
  return open.at(-1);
}

/** The action around `offset`, if another one begins before it ends. */
function findOpenAction(source: string, offset: number): number | undefined {
  const start = source.lastIndexOf('{{', Math.max(0, offset - 1));
  if (start === -1 || source.startsWith('/*', start + 2) || source.startsWith('- /*', start + 2)) return undefined;
  const end = source.indexOf('}}', start);
  const next = source.indexOf('{{', start + 2);
  const isOpen = end === -1 || (next !== -1 && next < end);
  return isOpen && (end === -1 || offset <= end + 2) ? start : undefined;
}

function findSecondDefinition(source: string, name: string): number | undefined {
  const starts = [...source.matchAll(/\{\{-?\s*(?:define|block)\s+["`]([^"`]*)["`]/g)].filter((match) => match[1] === name);
  return starts[1]?.index;
}

function offsetOf(source: string, { line, column }: TemplateFault): number {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const end = source.indexOf('\n', start);
    if (end === -1) return source.length;
    start = end + 1;
  }
  return Math.min(source.length, start + column - 1);
}

function placeOf(source: string, offset: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
