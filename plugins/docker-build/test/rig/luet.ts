import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDockerfiles, imageId } from '@cos/luet';
import { parseRecipe } from '../../src/recipe.ts';

export interface LuetBuild {
  /** Fields of the recipe; of the package t/p-1.0 unless they say otherwise. */
  readonly recipe: object;
  readonly folder: string;
  readonly base: string;
  readonly repository: string;
  /** Tags of the package image and of the builder image. */
  readonly tags: { readonly package: string; readonly builder: string };
}

/** Builds the images of a package as luet does, with the program of the engine, and pushes them; nothing of it stays in the engine under a name. */
export function buildAsLuet({ recipe: fields, folder, base, repository, tags }: LuetBuild): void {
  const recipe = parseRecipe(JSON.stringify({ format: 1, category: 't', name: 'p', version: '1.0', ...fields }));
  const names = { builder: `luet-test/cache:${tags.builder}`, package: `luet-test/cache:${tags.package}` };
  const context = mkdtempSync(join(tmpdir(), 'cos-luet-'));
  try {
    cpSync(folder, context, { recursive: true, verbatimSymlinks: true });
    const { builder, package: own } = formatDockerfiles({ package: recipe, spec: recipe, base, builder: names.builder, copies: recipe.copy.map(({ image }) => image) });
    const files = { builder: `${imageId(recipe)}-builder.dockerfile`, package: `${imageId(recipe)}.dockerfile` };
    writeFileSync(join(context, files.builder), builder);
    writeFileSync(join(context, files.package), own);
    for (const which of ['builder', 'package'] as const) {
      execFileSync('docker', ['build', '--network', 'none', '--file', files[which], '--tag', names[which], '.'], { cwd: context, stdio: 'pipe', env: { ...process.env, DOCKER_BUILDKIT: '0' } });
      const pushed = `${repository}:${tags[which]}`;
      execFileSync('docker', ['tag', names[which], pushed], { stdio: 'pipe' });
      execFileSync('docker', ['push', pushed], { stdio: 'pipe', timeout: 60_000 });
      execFileSync('docker', ['rmi', pushed], { stdio: 'pipe' });
    }
  } finally {
    for (const name of [names.package, names.builder]) {
      try {
        execFileSync('docker', ['rmi', name], { stdio: 'pipe' });
      } catch {
        // It was never made.
      }
    }
    rmSync(context, { recursive: true, force: true });
  }
}
