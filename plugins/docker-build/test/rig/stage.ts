import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorkspace, type TemporaryWorkspace } from '@cos/core/testing';

/** A recipe as the input of a stage: the file and its metadata. */
export async function recipeFile(workspace: TemporaryWorkspace, fields: object): Promise<{ readonly path: string; readonly meta: { readonly category: string; readonly name: string; readonly version: string } }> {
  const meta = { category: 't', name: 'p', version: '1.0' };
  const path = workspace.join('recipe.json');
  await writeFile(path, JSON.stringify({ format: 1, ...meta, ...fields }));
  return { path, meta };
}

/** A workspace with the folder of a package in it. */
export async function packageWorkspace(files: Readonly<Record<string, string>>): Promise<{ readonly workspace: TemporaryWorkspace; readonly folder: string }> {
  const workspace = await createWorkspace(Object.fromEntries(Object.entries(files).map(([path, text]) => [join('package', path), text])));
  return { workspace, folder: workspace.join('package') };
}
