import { findText, isList, isRecord, parseJson, type Json } from '../manifest/json.ts';
import { RegistryError, type RegistryErrorCode, type Subject } from '../registry-error.ts';
import { readExplanation } from './read-document.ts';
import type { Answer } from './transport.ts';

export interface RefusalOptions {
  readonly subject: Subject;
  /** What did not work: `The tags of localhost:5000/x cannot be listed.` */
  readonly summary: string;
  /** Texts that must not be shown, should the answer repeat them. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970, for a date to wait for. */
  readonly now: number;
  /** Whether a 401 means that who asks is known, but may not. Default false. */
  readonly isDenied?: boolean;
}

/** An answer with a status that was not asked for, as an error. Reads the body. */
export async function refusalOf(answer: Answer, { subject, summary, secrets, now, isDenied = false }: RefusalOptions): Promise<RegistryError> {
  const { status } = answer;
  const { code: registryCode, message: registryMessage } = explain(await readExplanation(answer), secrets);
  const code = isDenied ? 'denied' : codeOf(status, registryCode);
  const retryAfterSeconds = readRetryAfter(answer.header('retry-after'), now);
  return new RegistryError({
    code,
    ...subject,
    summary,
    found: `status ${status} from ${answer.url.host}`,
    status,
    ...(registryCode === undefined ? {} : { registryCode }),
    ...(registryMessage === undefined ? {} : { registryMessage }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(hints[code] === undefined ? {} : { hint: hints[code] }),
  });
}

/** Statuses after which the same request may go well. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status === 500 || (status >= 502 && status <= 504);
}

/** One line of printable text without the secrets, shortened. */
export function sanitise(text: string, secrets: readonly string[]): string {
  const hidden = secrets.filter((secret) => secret.length > 3).reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text);
  const line = hidden.replaceAll(/[\s\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

function codeOf(status: number, registryCode: string | undefined): RegistryErrorCode {
  if (registryCode === 'DIGEST_INVALID' || registryCode === 'SIZE_INVALID') return 'corrupt';
  if (registryCode === 'UNSUPPORTED' && status < 500) return 'unsupported';
  if (registryCode === 'TOOMANYREQUESTS' || status === 429) return 'rate-limited';
  if (status === 401) return 'unauthorized';
  if (status === 403) return registryCode === 'UNAUTHORIZED' ? 'unauthorized' : 'denied';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 405 || status === 501) return 'unsupported';
  if (status === 413) return 'too-large';
  if (status >= 500 || status === 408) return 'unavailable';
  return status >= 400 ? 'refused' : 'protocol';
}

const hints: Partial<Record<RegistryErrorCode, string>> = {
  'rate-limited': 'Wait, or ask with credentials: registries allow more then.',
  unauthorized: 'Log in to this registry. Registries also answer so for repositories that do not exist.',
  denied: 'Use an account that may do this.',
  unavailable: 'Ask again later; the log of the registry says more.',
  protocol: 'Check the name of the registry: something else answers.',
};

/** Format: RFC 9110, 10.2.3: seconds or a date. */
function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** Format: OCI distribution specification 1.1, "Error Codes"; token servers use other members. */
function explain(text: string, secrets: readonly string[]): { readonly code: string | undefined; readonly message: string | undefined } {
  const value = parseJson(text);
  if (!isRecord(value)) return { code: undefined, message: undefined };
  const errors = value['errors'];
  const first: Json | undefined = isList(errors) ? errors[0] : value;
  if (!isRecord(first)) return { code: undefined, message: undefined };
  const code = findText(first, 'code');
  const message = ['message', 'error_description', 'details', 'error'].map((name) => findText(first, name)).find((each) => each !== undefined && each !== '');
  return {
    code: code !== undefined && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : undefined,
    message: message === undefined ? undefined : sanitise(message, secrets),
  };
}
