import { CosError } from '../errors/cos-error.ts';
import { at, noteAt } from '../errors/place.ts';
import { quote } from '../errors/schema-failures.ts';
import type { Pin } from '../model/pin.ts';
import { checkDetails } from '../pins/check-details.ts';
import { lockKey } from '../pins/lock.ts';
import { readPin, type PinRequest } from '../pins/read-pin.ts';
import type { Draft } from './draft.ts';

/** A pin of a plugin that is called in a target's `plan`. */
export interface CalledPin {
  readonly plugin: string;
  readonly name: string;
  readonly definition: Pin;
  readonly site: string | undefined;
}

/**
 * What the lock says. A pin that it does not answer is looked up by the sync step, and planning starts anew: this plan function ends here, unless it can go
 * on with a placeholder to find what else is missing.
 */
export function callPin(draft: Draft, called: CalledPin, given: unknown, details: unknown): unknown {
  try {
    return answerPin(draft, called, given, details);
  } catch (error) {
    draft.cutShort();
    throw error;
  }
}

function answerPin(draft: Draft, { plugin, name: pin, definition, site }: CalledPin, given: unknown, givenDetails: unknown): unknown {
  if (typeof given !== 'string' || given === '') {
    throw new CosError({ code: 'COS_PLAN_INPUT', severity: 'error', message: `Expected a text as request of pin "${pin}" of plugin "${plugin}"; found ${quote(given)}.`, ...at(site) });
  }
  const request: PinRequest = { plugin, pin, request: given, details: checkDetails(definition, givenDetails, `pin "${pin}" of plugin "${plugin}"`, site), site };
  const key = lockKey(request);
  const earlier = draft.pins.get(key);
  if (earlier !== undefined && JSON.stringify(earlier.details) !== JSON.stringify(request.details)) {
    throw new CosError({
      code: 'COS_PLAN_PIN_CONFLICT',
      severity: 'error',
      message: `Expected one meaning of "${given}" (pin "${pin}" of plugin "${plugin}"); two calls differ in what they say beside it.`,
      ...at(site),
      notes: noteAt('the first call is here', earlier.site),
      hint: 'Give them different names, or make them equal.',
    });
  }
  draft.pins.set(key, request);
  const read = readPin(draft.lock.get(key), definition, request);
  switch (read.kind) {
    case 'known': {
      const files = definition.files?.digestOf(read.answer);
      if (files === undefined || draft.hasFiles(files)) return read.answer;
      draft.missingPins.set(key, { ...request, why: 'files', answer: read.answer });
      throw new CosError([]);
    }
    case 'broken':
      throw new CosError(read.problems);
    case 'unknown':
      draft.missingPins.set(key, { ...request, why: read.why });
      if (draft.frozen && definition.placeholder !== undefined) return definition.placeholder;
      throw new CosError([]);
    default: {
      const never: never = read;
      return never;
    }
  }
}
