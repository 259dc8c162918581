import type { Authorization, Authorizer } from '../auth/authorizer.ts';
import { parseChallenges } from '../auth/challenge.ts';
import type { Scope } from '../auth/scope.ts';
import { describeSubject, RegistryError, type RegistryProblem, type Subject } from '../registry-error.ts';
import type { Repository } from '../reference/reference.ts';
import type { Clock } from './clock.ts';
import { ConnectionProblem } from './connection-problem.ts';
import type { Timeouts } from './connections.ts';
import { createDeadline } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { readLocation } from './location.ts';
import { readDocument } from './read-document.ts';
import { mayPass, refusalOf } from './refusal.ts';
import { PassingProblem, withRetries, type RetryPolicy } from './retry.ts';
import type { Answer, Method, Transport } from './transport.ts';

/** A request to a registry. */
export interface RegistryRequest {
  readonly repository: Repository;
  readonly method: Method;
  /** Below `/v2/<repository>/`, or a whole address that the registry gave. */
  readonly to: string | URL;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes, or a function that starts them anew for each attempt. */
  readonly body?: Uint8Array | (() => AsyncIterable<Uint8Array>);
  /** Repositories beside the own one that the request touches, or more than pulling. */
  readonly scopes?: readonly [Scope, ...Scope[]];
  /** Statuses that the caller knows what to do with; all others are errors. */
  readonly expect: readonly number[];
  readonly subject: Subject;
  /** Says what does not work; one sentence. */
  readonly summary: string;
  readonly signal: AbortSignal;
  /** False where it must not be made twice: a failure is then the caller's to repeat. Default true. */
  readonly repeat?: boolean;
  readonly answerMs?: number;
}

export interface DocumentRequest extends RegistryRequest {
  readonly limit: number;
  /** `The manifest`, for messages. */
  readonly what: string;
}

export interface Document {
  readonly answer: Answer;
  readonly bytes: Uint8Array;
}

export interface Requester {
  /** The answer, whose status is one of `expect`; its body is to be read or discarded. Throws RegistryError. */
  readonly send: (request: RegistryRequest) => Promise<Answer>;
  /** The same with all of the body, which is read again from the start where the connection breaks. */
  readonly read: (request: DocumentRequest) => Promise<Document>;
  readonly endpoint: (registry: string) => Promise<Endpoint>;
  readonly retries: RetryPolicy;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly insecure: readonly string[];
}

export interface RequesterOptions {
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  readonly findEndpoint: (registry: string) => Promise<Endpoint>;
  readonly retries: RetryPolicy;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly userAgent: string;
  readonly insecure: readonly string[];
}

const redirectLimit = 10;

/** Authorizes, follows redirects, repeats what may pass, and makes errors of everything else. */
export function createRequester(options: RequesterOptions): Requester {
  const { transport, authorizer, findEndpoint, retries, clock, timeouts, userAgent, insecure } = options;

  async function once<Value>(request: RegistryRequest, { endpoint, use, isDocument }: Attempt<Value>): Promise<Value> {
    const deadline = createDeadline(request.signal, timeouts.documentMs);
    if (isDocument) deadline.start();
    const limited = { ...request, signal: deadline.signal };
    try {
      const { answer, authorization } = await askAuthorized(limited, endpoint);
      if (request.expect.includes(answer.status)) return await use(answer);
      // What explains a refusal is kept in memory, too.
      deadline.start();
      const secrets = authorization?.secrets ?? [];
      const isDenied = authorization?.hasCredentials === true && isOutOfScope(answer);
      const problem = await refusalOf(answer, { subject: request.subject, summary: request.summary, secrets, now: clock.now(), isDenied });
      throw mayPass(answer.status) && request.repeat !== false ? new PassingProblem(problem) : problem;
    } catch (error) {
      request.signal.throwIfAborted();
      if (deadline.isOver()) throw passing(request, { code: 'timeout', expected: `all of it within ${timeouts.documentMs} ms`, found: 'less', cause: error });
      if (!(error instanceof ConnectionProblem)) throw error;
      const { code, found, hint } = error;
      throw passing(request, { code, found, ...(hint === undefined ? {} : { hint }), cause: error }, error.mayPass);
    } finally {
      deadline.stop();
    }
  }

  /** One request, or two where the first one is told how to authenticate. */
  async function askAuthorized(request: RegistryRequest, endpoint: Endpoint): Promise<{ readonly answer: Answer; readonly authorization: Authorization | undefined }> {
    const { repository, scopes = pullScope(repository), signal } = request;
    const permission = { registry: repository.registry, endpoint, scopes };
    const authorization = await authorizer.before(permission, signal);
    const url = addressOf(request, endpoint);
    const answer = await exchange(request, url, endpoint, authorization);
    if (answer.status !== 401 || answer.url.origin !== endpoint.base.origin) return { answer, authorization };
    let next: Authorization | undefined;
    try {
      next = await authorizer.after(permission, { header: answer.header('www-authenticate'), sent: authorization }, signal);
    } catch (error) {
      await answer.discard();
      throw error;
    }
    if (next === undefined) return { answer, authorization };
    await answer.discard();
    return { answer: await exchange(request, url, endpoint, next), authorization: next };
  }

  /** One request with its redirects. Credentials go to the registry itself only. */
  async function exchange(request: RegistryRequest, first: URL, endpoint: Endpoint, authorization: Authorization | undefined): Promise<Answer> {
    let url = first;
    for (let redirects = 0; redirects <= redirectLimit; redirects += 1) {
      const isOwn = url.origin === endpoint.base.origin;
      const body = typeof request.body === 'function' ? request.body() : request.body;
      const answer = await transport.exchange({
        method: request.method,
        url,
        headers: {
          'user-agent': userAgent,
          // A proxy that compresses on the way would change the bytes.
          'accept-encoding': 'identity',
          ...request.headers,
          ...(isOwn && authorization !== undefined ? { authorization: authorization.header } : {}),
        },
        ...(body === undefined ? {} : { body }),
        signal: request.signal,
        ...(request.answerMs === undefined ? {} : { answerMs: request.answerMs }),
      });
      const location = isRedirect(answer.status, request.method) && !request.expect.includes(answer.status) ? answer.header('location') : undefined;
      if (location === undefined) return answer;
      await answer.discard();
      url = readLocation(location, { from: url, insecure, subject: request.subject, summary: request.summary });
    }
    throw new RegistryError({ code: 'protocol', ...request.subject, summary: request.summary, expected: `at most ${redirectLimit} redirects`, found: 'more' });
  }

  async function perform<Value>(request: RegistryRequest, attempt: Omit<Attempt<Value>, 'endpoint'>): Promise<Value> {
    const endpoint = await findEndpoint(request.repository.registry);
    return withRetries({ policy: retries, clock, signal: request.signal }, () => once(request, { ...attempt, endpoint }));
  }

  return {
    retries,
    clock,
    timeouts,
    insecure,
    endpoint: findEndpoint,
    send: async (request) => perform(request, { isDocument: false, use: async (answer) => answer }),
    read: async (request) => perform(request, { isDocument: true, use: async (answer) => ({ answer, bytes: await readDocument(answer, request) }) }),
  };
}

interface Attempt<Value> {
  readonly endpoint: Endpoint;
  /** Whether the whole answer is kept in memory and must come within its time. */
  readonly isDocument: boolean;
  readonly use: (answer: Answer) => Promise<Value>;
}

/** The scope of reading one repository. */
export function pullScope({ repository }: Repository): readonly [Scope] {
  return [{ repository, actions: ['pull'] }];
}

export function pushScope({ repository }: Repository): readonly [Scope] {
  return [{ repository, actions: ['pull', 'push'] }];
}

/** `localhost:5000/team/base`, for messages. */
export function nameOf({ registry, repository }: Repository): string {
  return describeSubject({ registry, repository });
}

/** Whether a token was understood and does not allow enough. Format: RFC 6750, 3.1. */
function isOutOfScope(answer: Answer): boolean {
  return answer.status === 401 && parseChallenges(answer.header('www-authenticate') ?? '').some(({ parameters }) => parameters.get('error') === 'insufficient_scope');
}

function addressOf({ to, query, repository }: RegistryRequest, { base }: Endpoint): URL {
  const url = typeof to === 'string' ? new URL(`v2/${repository.repository}/${to}`, base) : new URL(to);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  return url;
}

function isRedirect(status: number, method: Method): boolean {
  if (status === 307 || status === 308) return true;
  return (method === 'GET' || method === 'HEAD') && (status === 301 || status === 302 || status === 303);
}

function passing({ subject, summary, repeat }: RegistryRequest, problem: Omit<RegistryProblem, 'summary'>, isPassing = true): Error {
  const error = new RegistryError({ ...subject, summary, ...problem });
  return isPassing && repeat !== false ? new PassingProblem(error) : error;
}
