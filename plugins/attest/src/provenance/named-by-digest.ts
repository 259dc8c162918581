import type { Json, JsonObject } from '@cos/core';

const digestForm = /^(?:(.*?)[@ ])?sha256:([0-9a-f]{64})$/s;

/**
 * What the options of a task name by a SHA-256: base images, packages of a bootstrapped base, downloads. Whatever comes from outside of the workspace is
 * pinned so, whichever plugin asks for it. Text before the digest (`debian@sha256:…`, `2.6.2 sha256:…`) tells what it is a digest of.
 */
export function namedByDigest(task: string, options: JsonObject): readonly Json[] {
  return textsOf(options, []).flatMap(({ path, text }) => {
    const [, what, sha256] = digestForm.exec(text) ?? [];
    if (sha256 === undefined) return [];
    return [{ name: `${task} ${path.join('.')}`, digest: { sha256 }, ...(what === undefined || what === '' ? {} : { annotations: { name: what } }) }];
  });
}

function textsOf(value: Json, path: readonly string[]): readonly { readonly path: readonly string[]; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries<Json>(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, item]) => textsOf(item, [...path, key]));
}
