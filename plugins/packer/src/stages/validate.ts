import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, noOptions, one } from '@cos/core';
import { textFile } from '@cos/core/artifacts';
import type { PackerCode } from '../codes.ts';
import { defineStage } from '../options.ts';
import { packerTool } from '../packer-tool.ts';
import { variablesWithoutDefault } from '../variables.ts';

/** Packer looks for plugins and news elsewhere unless it is told not to. */
const offline = (scratch: string): Readonly<Record<string, string>> => ({
  CHECKPOINT_DISABLE: '1',
  PACKER_NO_COLOR: '1',
  PACKER_CONFIG_DIR: join(scratch, 'config'),
  PACKER_CACHE_DIR: join(scratch, 'cache'),
});

/** A stage of its own, so that templates can be made without Packer. Neither the ISO nor a password is needed to validate. */
export const validate = defineStage({
  description: 'let packer validate a template',
  version: 1,
  cache: 'content',
  inputs: { template: one(textFile) },
  outputs: { report: textFile },
  options: noOptions,
  tools: [packerTool],
  async run({ inputs, exec, emit, scratch }) {
    const path = join(scratch, 'template.pkr.json');
    await copyFile(await inputs.template.path(), path);
    // Packer blots out the values of sensitive variables wherever it meets them: this one it meets nowhere.
    const variables = variablesWithoutDefault(await readFile(path, 'utf8')).flatMap((name) => ['-var', `${name}=cos-validates`]);
    const { exitCode, stdout, stderr } = await exec('packer', ['validate', ...variables, path], { env: offline(scratch), exits: [0, 1] });
    if (exitCode !== 0) {
      throw new CosError({
        code: 'COS_PACKER_INVALID' satisfies PackerCode,
        severity: 'error',
        message: 'packer validate refuses the template.',
        output: `${stdout}\n${stderr}`.replaceAll(scratch, '.').split('\n').filter((line) => line.trim() !== ''),
        hint: 'The lines of packer say which option it does not take; a template of your own is an input `source` of the stage `template`.',
      });
    }
    const report = join(scratch, 'report.txt');
    await writeFile(report, 'packer validate: the template is valid\n');
    return { report: await emit.report(report, {}) };
  },
});
