import type { HistoryEntry } from '../engine/image-history.ts';
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
  const makers = entries.map((entry) => makerOf(textOf(entry.get('created_by')), textOf(entry.get('comment'))));
  return Array.from({ length: layers }, (_, index) => (makers.length === layers ? (makers[index] ?? 'other') : 'other'));
}

/** The same by what an engine tells of an image; undefined when that is not enough to know it. */
export function makersOfHistory(history: readonly HistoryEntry[], layers: number): readonly LayerMaker[] | undefined {
  const makersOf = (entries: readonly HistoryEntry[]): readonly LayerMaker[] => entries.map(({ createdBy, comment }) => makerOf(createdBy, comment));
  // Whichever of them made the layers.
  if (makersOf(history).every((maker) => maker === 'other')) return Array.from({ length: layers }, () => 'other');
  const possible = history.filter(({ isEmpty }) => isEmpty !== true);
  const certain = history.filter(({ isEmpty }) => isEmpty === false);
  if (possible.length === layers) return makersOf(possible);
  return certain.length === layers ? makersOf(certain) : undefined;
}

function makerOf(by: string, comment: string): LayerMaker {
  if (comment.startsWith('buildkit.')) return by.startsWith('RUN ') ? 'buildkit' : 'other';
  // The builder of Podman writes the command line of the shell down, with `#(nop)` before what is no command, and names the image below.
  return comment.startsWith('FROM ') && by !== '' && !by.includes('#(nop)') ? 'buildah' : 'other';
}
