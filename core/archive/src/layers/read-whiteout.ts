// Whiteouts as in the OCI image specification ("layer.md"): `.wh.NAME` removes NAME, `.wh..wh..opq` removes what older layers have in its
// directory. Both touch older layers only, wherever in the layer they stand.
import { ArchiveError, quoteName } from '../archive-error.ts';
import { normalPath } from '../rootfs/normal-path.ts';

/** What an entry of a layer says about older layers; `ignore` are leftovers of the AUFS driver. */
export type Whiteout = { readonly kind: 'remove' | 'opaque'; readonly path: string } | { readonly kind: 'ignore' };

/** Reads the name of a layer's entry; undefined for an ordinary entry. */
export function readWhiteout(name: string): Whiteout | undefined {
  if (!name.includes('.wh.')) return undefined;
  const path = normalPath(name);
  const slash = path.lastIndexOf('/');
  const directory = slash < 0 ? '' : path.slice(0, slash);
  const base = path.slice(slash + 1);
  if (base === '.wh..wh..opq') return { kind: 'opaque', path: directory };
  if (`/${path}`.includes('/.wh..wh.')) return { kind: 'ignore' };
  if (!base.startsWith('.wh.')) return undefined;
  const removed = base.slice(4);
  if (removed === '' || removed === '.' || removed === '..') {
    throw new ArchiveError('unsafe-path', `The whiteout ${quoteName(name)} names no file`, { path: name });
  }
  return { kind: 'remove', path: directory === '' ? removed : `${directory}/${removed}` };
}
