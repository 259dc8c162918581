import { quote } from '../errors/schema-failures.ts';
import { platforms, type Platform, type UpstreamRepository } from '../model/distribution.ts';
import { checkKeys, checkList, expected, isObject, isText, problem, type Subject } from './shape.ts';

/** The repositories that a derivative builds on; undefined when one of them cannot be understood. */
export function checkRepositories(subject: Subject, given: unknown): readonly UpstreamRepository[] | undefined {
  const list = checkList(subject, 'repositories', given, 'repositories: texts, or { name, type, urls }', isEntry, []);
  let isWhole = given === undefined || (Array.isArray(given) && given.length === list.length);
  const repositories = list.flatMap((each) => {
    const checked = typeof each === 'string' ? fromText(subject, each) : checkObject(subject, each);
    isWhole &&= checked !== undefined;
    return checked ?? [];
  });
  return isWhole ? repositories : undefined;
}

/** Equal names mean one repository. */
export function mergeRepositories(subject: Subject, all: readonly UpstreamRepository[]): readonly UpstreamRepository[] {
  const byName = new Map<string, UpstreamRepository>();
  for (const one of all) {
    const before = byName.get(one.name);
    if (before === undefined) byName.set(one.name, one);
    else if (JSON.stringify(before) !== JSON.stringify(one)) problem(subject, 'COS_CONFIG_DUPLICATE', `Expected one repository of the name ${quote(one.name)} in ${subject.what}; found two that differ.`);
  }
  return Object.freeze([...byName.values()]);
}

const types = ['disk', 'http', 'docker'] as const;

function isEntry(value: unknown): value is string | Readonly<Record<string, unknown>> {
  return isText(value) || isObject(value);
}

/** As `cos install --repository` takes them. */
function fromText(subject: Subject, text: string): UpstreamRepository | undefined {
  if (/^https?:\/\//.test(text)) return checkUrls(subject, { name: text, type: 'http', urls: [text] });
  if (text.startsWith('docker:')) return checkUrls(subject, { name: text, type: 'docker', urls: [text.slice('docker:'.length)] });
  return checkUrls(subject, { name: text, type: 'disk', urls: [text] });
}

function checkObject(subject: Subject, given: Readonly<Record<string, unknown>>): UpstreamRepository | undefined {
  const { name, type, urls, priority, reference, platforms: wanted } = given;
  const own = { ...subject, what: `${isText(name) ? `repository "${name}"` : 'a repository'} of ${subject.what}` };
  checkKeys(own, given, ['name', 'type', 'urls', 'priority', 'reference', 'platforms']);
  const known = types.find((each) => each === type);
  const list = checkList(own, 'urls', urls, 'texts', isText);
  const platformList = checkList(own, 'platforms', wanted, `one of ${platforms.join(', ')}`, isPlatform, []);
  const isWell = {
    name: isText(name),
    type: known !== undefined,
    urls: Array.isArray(urls) && urls.length > 0 && list.length === urls.length,
    priority: priority === undefined || (typeof priority === 'number' && Number.isSafeInteger(priority)),
    reference: reference === undefined || (isText(reference) && /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\.yaml$/.test(reference)),
    platforms: wanted === undefined || (Array.isArray(wanted) && platformList.length === wanted.length),
  };
  if (!isWell.name) expected(own, 'name', 'a text', name);
  if (!isWell.type) expected(own, 'type', types.map((each) => `"${each}"`).join(', '), type);
  if (Array.isArray(urls) && urls.length === 0) expected(own, 'urls', 'at least one', urls);
  if (!isWell.priority) expected(own, 'priority', 'a whole number', priority);
  if (!isWell.reference) expected(own, 'reference', 'the name of a file, as "20260101120000-repository.yaml"', reference);
  if (!isText(name) || known === undefined || Object.values(isWell).includes(false)) return undefined;
  return checkUrls(own, { name, type: known, urls: Object.freeze([...list]), ...(typeof priority === 'number' ? { priority } : {}), ...(isText(reference) ? { reference } : {}), ...(wanted === undefined ? {} : { platforms: Object.freeze([...platformList]) }) });
}

function isPlatform(value: unknown): value is Platform {
  return platforms.some((platform) => platform === value);
}

function checkUrls(subject: Subject, repository: UpstreamRepository): UpstreamRepository | undefined {
  const wrong = repository.urls.filter((url) => !isPlace(repository.type, url));
  for (const url of wrong) expected(subject, 'urls', repository.type === 'http' ? 'addresses with http:// or https:// and without login' : repository.type === 'docker' ? 'an image repository, host/path without tag' : 'a folder', url);
  return wrong.length > 0 ? undefined : Object.freeze(repository);
}

function isPlace(type: UpstreamRepository['type'], url: string): boolean {
  switch (type) {
    case 'http': {
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      return parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '';
    }
    case 'docker':
      return /^[A-Za-z0-9._-]+(?::[0-9]{1,5})?(?:\/[a-z0-9._-]+)+$/.test(url);
    case 'disk':
      return !/[\0\r\n]/.test(url);
    default: {
      const never: never = type;
      return never;
    }
  }
}
