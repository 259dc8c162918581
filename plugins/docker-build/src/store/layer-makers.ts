import { fieldsOf, itemsOf, textOf } from '../engine/json-answer.ts';

// What made each layer of an image, as its configuration tells. Which of an image's files are leftovers of a builder depends on it.

/** The builder that made a layer by running a command; `other`: another builder, a COPY, an import, and what is not known. */
export type LayerMaker = 'buildkit' | 'buildah' | 'other';

/**
 * The makers of an image's layers, lowest first. `config`: the configuration that was saved with the image. All are `other` when its history does not agree
 * with the number of layers. Format: OCI image configuration.
 */
export function layerMakers(config: unknown, layers: number): readonly LayerMaker[] {
  const entries = itemsOf(fieldsOf(config).get('history')).map(fieldsOf).filter((entry) => entry.get('empty_layer') !== true);
  return Array.from({ length: layers }, (_, index) => (entries.length === layers ? makerOf(entries[index]) : 'other'));
}

function makerOf(entry: ReadonlyMap<string, unknown> | undefined): LayerMaker {
  const by = textOf(entry?.get('created_by'));
  const comment = textOf(entry?.get('comment'));
  if (comment.startsWith('buildkit.')) return by.startsWith('RUN ') ? 'buildkit' : 'other';
  // The builder of Podman writes the command line of the shell down, with `#(nop)` before what is no command, and names the image below.
  return comment.startsWith('FROM ') && by !== '' && !by.includes('#(nop)') ? 'buildah' : 'other';
}
