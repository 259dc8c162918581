import type { EngineClient } from './client.ts';
import type { ImageInfo } from './images.ts';
import { fieldsOf, itemsOf, textOf } from './json-answer.ts';
import { productOf } from './product.ts';

/** What an engine says of one instruction that an image was made by. */
export interface HistoryEntry {
  readonly createdBy: string;
  readonly comment: string;
  /** Whether it made no layer; undefined when the engine does not tell. */
  readonly isEmpty: boolean | undefined;
}

/** The instructions of an image, oldest first; none when the engine does not have it. Format: Docker Engine API, ImageHistory; libpod API, image inspection. */
export async function readHistory(client: EngineClient, { id }: Pick<ImageInfo, 'id'>, signal: AbortSignal): Promise<readonly HistoryEntry[]> {
  if ((await productOf(client, signal)).name === 'podman') {
    const answer = await client.find({ method: 'GET', path: `/v4.0.0/libpod/images/${id.replace('sha256:', '')}/json`, signal });
    return itemsOf(fieldsOf(answer).get('History')).map(fieldsOf).map((entry) => ({ createdBy: textOf(entry.get('created_by')), comment: textOf(entry.get('comment')), isEmpty: entry.get('empty_layer') === true }));
  }
  const answer = await client.find({ method: 'GET', path: `/images/${id}/history`, signal });
  return itemsOf(answer).map(fieldsOf).map((entry) => dockerEntry(entry)).toReversed();
}

function dockerEntry(entry: ReadonlyMap<string, unknown>): HistoryEntry {
  const createdBy = textOf(entry.get('CreatedBy'));
  const size = entry.get('Size');
  const hasContent = typeof size === 'number' && size > 0;
  return { createdBy, comment: textOf(entry.get('Comment')), isEmpty: hasContent ? false : isWithoutLayer(createdBy) || undefined };
}

/** Instructions that only change the configuration: as BuildKit writes them down, and as the classic builder does. */
function isWithoutLayer(createdBy: string): boolean {
  return /^(?:\/bin\/sh -c #\(nop\) +)?(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/.test(createdBy);
}
