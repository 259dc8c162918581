// sprig: URLs, taken apart and put together as Go's package net/url does it (which keeps what a browser would rewrite).
import { isControl } from '../format/control.ts';
import { quote } from '../format/quote.ts';
import { fromBytes, toBytes } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { kindOf } from '../values/types.ts';
import { stringMap } from '../values/value.ts';
import type { GoMap } from '../values/value.ts';
import { fn } from './define.ts';
import type { FunctionTable } from './define.ts';
import { escapeBytes } from './escape.ts';

export const urls: FunctionTable = {
  urlParse: fn(['string'], (text) => {
    const url = parseUrl(text);
    return stringMap(Object.entries({ ...url, hostname: hostname(url.host) }));
  }),
  urlJoin: fn(['map[string]interface {}'], joinUrl),
};

interface Url {
  readonly scheme: string;
  readonly opaque: string;
  readonly userinfo: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

const userCharacters = /[A-Za-z0-9\-_.~$&+,;=]/;

function parseUrl(text: string): Url {
  const refuse = (reason: string): never => {
    throw new GoPanic(`unable to parse url: parse ${quote(text)}: ${reason}`);
  };
  if (Array.from(text).some(isControl)) return refuse('net/url: invalid control character in URL');
  const hash = text.indexOf('#');
  const fragment = unescape(hash < 0 ? '' : text.slice(hash + 1), refuse);
  let rest = hash < 0 ? text : text.slice(0, hash);
  const colon = /^[^:/?#]*:/.exec(rest)?.[0];
  let scheme = '';
  if (colon !== undefined && /^[A-Za-z]/.test(colon) && /^[A-Za-z][A-Za-z0-9+\-.]*:$/.test(colon)) {
    scheme = colon.slice(0, -1).toLowerCase();
    rest = rest.slice(colon.length);
  } else if (colon === ':') return refuse('missing protocol scheme');
  const question = rest.indexOf('?');
  const query = question < 0 ? '' : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  const empty = { scheme, opaque: '', userinfo: '', host: '', query, fragment };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...empty, opaque: rest, path: '' };
    if (/^[^/]*:/.test(rest)) return refuse('first path segment in URL cannot contain colon');
  }
  if ((scheme === '' && rest.startsWith('///')) || !rest.startsWith('//')) return { ...empty, path: unescape(rest, refuse) };
  const slash = rest.indexOf('/', 2);
  const authority = rest.slice(2, slash < 0 ? rest.length : slash);
  const path = unescape(slash < 0 ? '' : rest.slice(slash), refuse);
  const at = authority.lastIndexOf('@');
  return { ...empty, userinfo: at < 0 ? '' : readUser(authority.slice(0, at), refuse), host: readHost(authority.slice(at + 1), refuse), path };
}

type Refuse = (reason: string) => never;

function readUser(text: string, refuse: Refuse): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) refuse('net/url: invalid userinfo');
  const colon = text.indexOf(':');
  const user = unescape(colon < 0 ? text : text.slice(0, colon), refuse);
  if (colon < 0) return escapeBytes(user, userCharacters);
  return `${escapeBytes(user, userCharacters)}:${escapeBytes(unescape(text.slice(colon + 1), refuse), userCharacters)}`;
}

function readHost(text: string, refuse: Refuse): string {
  if (text.startsWith('[')) {
    const end = text.lastIndexOf(']');
    if (end < 0) return refuse("missing ']' in host");
    checkPort(text.slice(end + 1), refuse);
    return unescape(text, refuse);
  }
  const colon = text.lastIndexOf(':');
  if (colon >= 0) checkPort(text.slice(colon), refuse);
  if (/[ "<>\\^`{|}]/.test(text)) refuse(`invalid character ${quote(/[ "<>\\^`{|}]/.exec(text)?.[0] ?? '')} in host name`);
  return unescape(text, refuse);
}

function checkPort(text: string, refuse: Refuse): void {
  if (!/^(:\d*)?$/.test(text)) refuse(`invalid port ${quote(text)} after host`);
}

function hostname(host: string): string {
  const bracketed = /^\[(.*)\](?::\d*)?$/.exec(host)?.[1];
  return bracketed ?? host.replace(/:\d*$/, '');
}

function joinUrl(parts: GoMap): string {
  const url = { scheme: part(parts, 'scheme'), host: part(parts, 'host'), path: part(parts, 'path'), query: part(parts, 'query'), opaque: part(parts, 'opaque'), fragment: part(parts, 'fragment') };
  const userinfo = part(parts, 'userinfo');
  const user = userinfo === '' ? '' : `${parseUrl(`proto://${userinfo}@host`).userinfo}@`;
  let text = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') {
    text += url.opaque;
  } else {
    if (url.scheme !== '' || url.host !== '' || user !== '') {
      if (url.host !== '' || url.path !== '' || user !== '') text += '//';
      text += user + escapeBytes(url.host, /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/);
    }
    const path = escapeBytes(url.path, /[A-Za-z0-9\-_.~$&+,/:;=@!'()*]/);
    if (path !== '' && !path.startsWith('/') && url.host !== '') text += '/';
    if (text === '' && /^[^/]*:/.test(path)) text = './';
    text += path;
  }
  if (url.query !== '') text += `?${url.query}`;
  if (url.fragment !== '') text += `#${escapeBytes(url.fragment, /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/)}`;
  return text;
}

function part(parts: GoMap, key: string): string {
  const value = parts.get(key);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw new GoPanic(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`);
}

function unescape(text: string, refuse: Refuse): string {
  if (!text.includes('%')) return text;
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/su.exec(text)?.[0];
  if (bad !== undefined) return refuse(`invalid URL escape ${quote(bad)}`);
  const bytes: number[] = [];
  for (const piece of text.split(/(%[0-9A-Fa-f]{2})/)) {
    if (/^%..$/.test(piece)) bytes.push(Number.parseInt(piece.slice(1), 16));
    else for (const byte of toBytes(piece)) bytes.push(byte);
  }
  return fromBytes(Uint8Array.from(bytes));
}
