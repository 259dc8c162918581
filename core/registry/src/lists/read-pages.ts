import { manifestLimit } from '../http/read-document.ts';
import type { Document, Requester } from '../http/requester.ts';
import { RegistryError, type Subject } from '../registry-error.ts';
import type { Repository } from '../reference/reference.ts';

export interface PagesRequest {
  readonly repository: Repository;
  /** Below `/v2/<repository>/`. */
  readonly to: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly subject: Subject;
  readonly summary: string;
  readonly what: string;
  readonly signal: AbortSignal;
}

const pageLimit = 10_000;

/** The pages of a list, the first of which may be a 404. The next page is where the header `Link` says, on the same registry. Format: RFC 8288. */
export async function* readPages(requester: Requester, { query, to, ...request }: PagesRequest): AsyncGenerator<Document> {
  const { base } = await requester.endpoint(request.repository.registry);
  const seen = new Set<string>();
  let next: string | URL | undefined = to;
  while (next !== undefined) {
    const document: Document = await requester.read({ ...request, method: 'GET', to: next, ...(typeof next === 'string' ? { query } : {}), expect: typeof next === 'string' ? [200, 404] : [200], limit: manifestLimit });
    yield document;
    next = nextOf(document.answer.header('link'), document.answer.url);
    if (next === undefined) return;
    if (next.origin !== base.origin) throw wrong(`a next page on ${base.origin}`, `one on ${next.origin}`);
    if (seen.has(next.href)) throw wrong('pages that end', 'a page that comes again');
    if (seen.size >= pageLimit) throw wrong(`at most ${pageLimit} pages`, 'more');
    seen.add(next.href);
  }

  function wrong(expected: string, found: string): RegistryError {
    return new RegistryError({ code: 'protocol', ...request.subject, summary: request.summary, expected, found });
  }
}

function nextOf(header: string | undefined, from: URL): URL | undefined {
  for (const [, target = '', parameters = ''] of (header ?? '').matchAll(/<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s,;"]*))*)/g)) {
    if (/;\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?/i.test(parameters) && URL.canParse(target, from.href)) return new URL(target, from);
  }
  return undefined;
}
