import { nameOf, type Requester } from '../http/requester.ts';
import { findText, isList, isRecord, parseJson } from '../manifest/json.ts';
import { RegistryError } from '../registry-error.ts';
import { isTag, type Repository } from '../reference/reference.ts';
import { readPages } from './read-pages.ts';

/** All tags of a repository, sorted by code unit; undefined where the registry says that the repository does not exist. */
export async function listTags(requester: Requester, repository: Repository, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const subject = { registry: repository.registry, repository: repository.repository };
  const summary = `The tags of ${nameOf(repository)} cannot be listed.`;
  const tags = new Set<string>();
  for await (const { answer, bytes } of readPages(requester, { repository, to: 'tags/list', query: { n: '1000' }, subject, summary, what: 'The list of tags', signal })) {
    const value = parseJson(new TextDecoder().decode(bytes));
    const record = isRecord(value) ? value : undefined;
    if (answer.status === 404) {
      if (record?.['errors'] !== undefined) return undefined;
      throw wrong(404, 'an error of a registry', 'status 404 without one');
    }
    // A repository whose last tag was deleted has null.
    const page = record?.['tags'] ?? [];
    if (record === undefined || findText(record, 'name') === undefined || !isList(page)) throw wrong(200, 'JSON with a name and tags', 'something else');
    for (const tag of page) {
      if (typeof tag !== 'string' || !isTag(tag)) throw wrong(200, 'tags', JSON.stringify(tag).slice(0, 200));
      tags.add(tag);
    }
  }
  return [...tags].sort();

  function wrong(status: number, expected: string, found: string): RegistryError {
    return new RegistryError({ code: 'protocol', ...subject, status, summary, expected, found, hint: 'Check the name of the registry: something else answers.' });
  }
}
