// Every vector below a folder. What a file is, is told by its content, so that folders may be arranged and named in any way; only the
// engine before 2022 is told by the name. Trees, values and listings that belong to vectors are no vectors themselves.

import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { atoms } from './kinds/atoms.ts';
import { dockerfileSuites } from './kinds/dockerfiles.ts';
import { goTemplates } from './kinds/go-templates.ts';
import { filters, regexps } from './kinds/paths.ts';
import { renderings } from './kinds/renderings.ts';
import { repositoryFile } from './kinds/repository-files.ts';
import { hashes, tags } from './kinds/tags.ts';
import { templates } from './kinds/templates.ts';
import { merges } from './kinds/values.ts';
import { best, selectors, truthTable, versions } from './kinds/versions.ts';
import { readJson, readLines } from './read-file.ts';
import type { Suite, Vector, VectorFile, VectorKind } from './vector.ts';

const kinds: readonly VectorKind[] = [templates, goTemplates, versions, selectors, best, truthTable, regexps, filters, merges, atoms, renderings, tags, hashes];

export interface FoundSuites {
  readonly suites: readonly Suite[];
  /** JSON files of no known kind, or that are no JSON. */
  readonly unknown: readonly string[];
}

/** Sorted by path. Errors: the folder cannot be read. */
export function findSuites(root: string): FoundSuites {
  const suites: Suite[] = [];
  const unknown: string[] = [];
  const visit = (folder: string): void => {
    const absolute = join(root, folder);
    for (const entry of readdirSync(absolute, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) visitFolder(path, entry.name, absolute);
      else if (/\.jsonl?$/.test(entry.name)) addFile(path);
    }
  };
  const visitFolder = (path: string, name: string, parent: string): void => {
    if (name === 'dockerfiles' && existsSync(join(parent, 'trees'))) suites.push(...dockerfileSuites(parent, path));
    else if (name === 'examples') suites.push({ file: path, vectors: repositoryFiles(join(root, path)) });
    else if (name !== 'trees' && name !== 'node_modules') visit(path);
  };
  const addFile = (path: string): void => {
    const vectors = vectorsOf(root, path);
    if (vectors === undefined) unknown.push(path);
    else if (vectors.length > 0) suites.push({ file: path, vectors });
  };
  visit('');
  return { suites, unknown };
}

function vectorsOf(root: string, path: string): readonly Vector[] | undefined {
  const absolutePath = join(root, path);
  const content = contentOf(absolutePath);
  if (Array.isArray(content) && content.length === 0) return [];
  const file: VectorFile = { path: `${basename(root)}/${path}`, absolutePath, content };
  for (const kind of kinds) {
    const vectors = kind(file);
    if (vectors !== undefined) return vectors;
  }
  return undefined;
}

function contentOf(path: string): unknown {
  try {
    return path.endsWith('.jsonl') ? readLines(path) : readJson(path);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function repositoryFiles(folder: string): Vector[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return files.flatMap((file) => repositoryFile(folder, file) ?? []);
}
