import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatManifest, isIgnored } from '@cos/trust';
import { ignoredOf, listFiles, type ListFilesRequest } from './list-files.ts';

/** Writes the manifest of what is named; it appears whole. Answers how many paths it has. */
export async function writeManifest(path: string, request: ListFilesRequest): Promise<number> {
  const ignored = ignoredOf(request.ignore);
  const manifest = new Map([...(await listFiles(request))].filter(([each]) => !isIgnored(each, ignored)));
  const temporary = join(dirname(path), `.cos-new-${process.pid}.mtree`);
  try {
    const file = await open(temporary, 'w', 0o644);
    try {
      await file.writeFile(formatManifest(manifest));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  return manifest.size;
}
