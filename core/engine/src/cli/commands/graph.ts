import { CosError } from '../../errors/cos-error.ts';
import { printDot, printMermaid, printTree } from '../../plan/print.ts';
import { readAsked } from '../asked-targets.ts';
import type { Settings } from '../arguments.ts';
import { planWithoutRun } from '../plan-without-run.ts';
import { prepareConfig } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';

/** `cos graph [target...]`: which task needs which. */
export async function graph(words: readonly string[], format: string, settings: Settings, terminal: Terminal): Promise<number> {
  const print = formats.get(format);
  if (print === undefined) throw new CosError({ code: 'COS_REQUEST_INVALID_VALUE', severity: 'error', message: `Expected tree, dot or mermaid after --format; found ${JSON.stringify(format)}.` });
  const prepared = await prepareConfig(settings);
  const asked = words.length > 0 ? readAsked(words, prepared.config.targets) : undefined;
  const { plan } = await planWithoutRun(prepared, asked?.targets, settings, terminal);
  terminal.out.write(`${print(plan)}\n`);
  return 0;
}

const formats = new Map([
  ['tree', printTree],
  ['dot', printDot],
  ['mermaid', printMermaid],
]);
