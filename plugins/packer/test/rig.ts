import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asDigest, type Platform } from '@cos/core';
import { onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { renderTemplate } from '../src/render-template.ts';
import { templateData } from '../src/template-data.ts';
import { templateOptions } from '../src/template-options.ts';

export const isoDigest = asDigest(`sha256:${'ab'.repeat(32)}`);

/** Renders this plugin's template as the stage does. */
export async function renderWith(options: z.input<typeof templateOptions>, platform: Platform = 'linux/amd64'): Promise<string> {
  return await renderTemplate(undefined, templateData(z.parse(templateOptions, options), { digest: isoDigest }, platform));
}

/** Runs Packer on a template without network and answers what it printed, or throws. */
export function runPacker(template: string, args: readonly string[], stdin = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'cos-packer-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'template.pkr.json');
  writeFileSync(path, template);
  const env = { PATH: process.env.PATH, HOME: folder, CHECKPOINT_DISABLE: '1', PACKER_CONFIG_DIR: folder, PACKER_CACHE_DIR: folder };
  const { status, stdout, stderr } = spawnSync('packer', [...args, path], { env, input: stdin, encoding: 'utf8' });
  if (status !== 0) throw new Error(`packer ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
