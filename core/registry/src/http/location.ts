import { RegistryError, type Subject } from '../registry-error.ts';
import { isLoopback } from './endpoint.ts';

export interface LocationOptions {
  /** The address whose answer has the location. */
  readonly from: URL;
  readonly insecure: readonly string[];
  readonly subject: Subject;
  readonly summary: string;
}

/** Where an answer sends its reader. From TLS the way never leads to an address without, which would show to everybody what is asked for. */
export function readLocation(location: string | undefined, { from, insecure, subject, summary }: LocationOptions): URL {
  const url = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) throw refuse('an address by http or https', url === undefined ? 'none' : url.protocol);
  if (url.protocol === 'http:' && from.protocol === 'https:' && !isAllowed(url)) throw refuse('an address by https', `http://${url.host}`);
  if (url.username !== '' || url.password !== '') throw refuse('an address without a user', `a user for ${url.host}`);
  return url;

  /** A registry elsewhere has no business with what runs on the own machine. */
  function isAllowed({ host, hostname }: URL): boolean {
    return insecure.includes(host) || (isLoopback(hostname) && isLoopback(from.hostname));
  }

  function refuse(expected: string, found: string): RegistryError {
    return new RegistryError({ code: 'protocol', ...subject, summary: `${summary} ${from.host} sends elsewhere.`, expected, found });
  }
}
