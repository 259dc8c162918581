import { quote } from '../errors/schema-failures.ts';
import { platforms, type Platform, type UpstreamRepository } from '../model/distribution.ts';
import { checkKeys, checkList, expected, isObject, isText, problem, type Subject } from './shape.ts';

/** The repositories that a derivative builds on; undefined when one of them cannot be understood. */
export function checkRepositories(subject: Subject, given: unknown): readonly UpstreamRepository[] | undefined {
  if (given === undefined) return [];
  const list = checkList(subject, 'repositories', given, 'texts, or { name, type, urls }', isEntry, []);
  const places: readonly unknown[] = Array.isArray(given) ? given : [];
  const repositories = list.flatMap((each) => {
    const field = `repositories.${places.indexOf(each)}`;
    return (typeof each === 'string' ? fromText(subject, field, each) : checkObject(subject, field, each)) ?? [];
  });
  return Array.isArray(given) && repositories.length === given.length ? repositories : undefined;
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
function fromText(subject: Subject, field: string, text: string): UpstreamRepository | undefined {
  const [type, url] = /^https?:\/\//.test(text) ? (['http', text] as const) : text.startsWith('docker:') ? (['docker', text.slice('docker:'.length)] as const) : (['disk', text] as const);
  return checkPlaces(subject, field, type, [url]) ? Object.freeze({ name: text, type, urls: [url] }) : undefined;
}

function checkObject(subject: Subject, field: string, given: Readonly<Record<string, unknown>>): UpstreamRepository | undefined {
  const { name, type, urls, priority, reference, platforms: wanted } = given;
  const own = { ...subject, what: `${isText(name) ? `repository "${name}"` : `"${field}"`} of ${subject.what}` };
  checkKeys(own, given, ['name', 'type', 'urls', 'priority', 'reference', 'platforms']);
  const known = types.find((each) => each === type);
  const list = checkList(own, 'urls', urls, 'texts', isText);
  const platformList = checkList(own, 'platforms', wanted, `one of ${platforms.join(', ')}`, isPlatform, []);
  const isWell = {
    name: isText(name),
    type: known !== undefined,
    urls: Array.isArray(urls) && urls.length > 0 && list.length === urls.length,
    places: known === undefined || checkPlaces(own, 'urls', known, list),
    priority: priority === undefined || (typeof priority === 'number' && Number.isSafeInteger(priority)),
    reference: reference === undefined || (isText(reference) && /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\.yaml$/.test(reference)),
    platforms: wanted === undefined || (Array.isArray(wanted) && platformList.length === wanted.length),
  };
  if (!isWell.name) expected(own, 'name', 'a text', name);
  if (!isWell.type) expected(own, 'type', `one of ${types.join(', ')}`, type);
  if (Array.isArray(urls) && urls.length === 0) expected(own, 'urls', 'at least one text', urls);
  if (!isWell.priority) expected(own, 'priority', 'a whole number', priority);
  if (!isWell.reference) expected(own, 'reference', 'the name of a file such as 20260101120000-repository.yaml', reference);
  if (!isText(name) || known === undefined || Object.values(isWell).includes(false)) return undefined;
  return Object.freeze({ name, type: known, urls: Object.freeze([...list]), ...(typeof priority === 'number' ? { priority } : {}), ...(isText(reference) ? { reference } : {}), ...(wanted === undefined ? {} : { platforms: Object.freeze([...platformList]) }) });
}

function isPlatform(value: unknown): value is Platform {
  return platforms.some((platform) => platform === value);
}

const placeOf = {
  http: 'an address with http:// or https://, without login and query',
  docker: 'an image repository, host/path without tag',
  disk: 'a folder',
} as const;

function checkPlaces(subject: Subject, field: string, type: UpstreamRepository['type'], urls: readonly string[]): boolean {
  const wrong = urls.filter((url) => !isPlace(type, url));
  for (const url of wrong) expected(subject, field, placeOf[type], withoutSecrets(url));
  return wrong.length === 0;
}

/** Logins and tokens stand before `@` and behind `?`: an address is refused for them, and not shown with them. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//…@').replace(/[?#].*$/s, '?…');
}

function isPlace(type: UpstreamRepository['type'], url: string): boolean {
  switch (type) {
    case 'http': {
      const parsed = URL.canParse(url) ? new URL(url) : undefined;
      return parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '' && !/[?#]/.test(url);
    }
    case 'docker':
      return /^[A-Za-z0-9][A-Za-z0-9._-]*(?::[0-9]{1,5})?(?:\/[a-z0-9._-]+)+$/.test(url);
    case 'disk':
      return !/[\0\r\n]/.test(url);
    default: {
      const never: never = type;
      return never;
    }
  }
}
