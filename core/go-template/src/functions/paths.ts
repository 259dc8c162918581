// sprig: slash-separated paths (Go's packages path and, the same here, filepath).
import { fn } from './define.ts';
import type { FunctionTable, TemplateFunction } from './define.ts';

const text = (call: (path: string) => string | boolean): TemplateFunction => fn(['string'], call);

export const paths: FunctionTable = {
  base: text(base),
  dir: text(dir),
  clean: text(clean),
  ext: text(ext),
  isAbs: text((path) => path.startsWith('/')),
};

/** Since sprig 3.2. */
export const osPaths: FunctionTable = {
  osBase: text(base),
  osDir: text(dir),
  osClean: text(clean),
  osExt: text(ext),
  osIsAbs: text((path) => path.startsWith('/')),
};

function base(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

function dir(path: string): string {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

function clean(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push('..');
  }
  const joined = parts.join('/');
  return rooted ? `/${joined}` : joined === '' ? '.' : joined;
}
