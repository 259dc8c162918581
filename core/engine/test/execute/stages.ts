import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textFile } from '../../src/artifacts/index.ts';
import { fileTree } from '../../src/model/artifact.ts';
import { many } from '../../src/model/port.ts';
import type { Schema } from '../../src/model/schema.ts';
import type { Stage, StageContext } from '../../src/model/stage.ts';

// Tiny stages for plans made by hand.

const anything: Schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
const ports = { sources: many(fileTree), parts: many(textFile) };
const outputs = { out: textFile };
export type Context = StageContext<typeof ports, typeof outputs, Schema, any>;

/** A stage with one text output: of whatever `body` returns, or of the file `out` in scratch when it returns nothing. */
export function textStage(body: (context: Context) => Promise<string | void> | string | void, over: Partial<Stage> = {}): Stage {
  return {
    description: 'test',
    version: 1,
    inputs: ports,
    outputs,
    options: anything,
    cache: 'content',
    tools: ['sh'],
    run: async (context: Context) => {
      const text = await body(context);
      if (text !== undefined) writeFileSync(join(context.scratch, 'out'), text);
      return { out: await context.emit.out('out', {}) };
    },
    ...over,
  };
}

/** Joins everything that it reads; counts its runs in `runs`. */
export function joinStage(runs: string[] = [], over: Partial<Stage> = {}): Stage {
  return textStage(async ({ inputs, exec, runId, options }) => {
    runs.push(runId);
    const paths = await Promise.all([...inputs.sources, ...inputs.parts].map((input) => input.path()));
    const { stdout } = await exec('sh', ['-c', 'cat -- "$@" </dev/null', 'sh', ...paths, '/dev/null']);
    return `${stdout}${(options as { readonly suffix?: string }).suffix ?? ''}`;
  }, over);
}
