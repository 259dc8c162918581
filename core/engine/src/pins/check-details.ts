import { CosError } from '../errors/cos-error.ts';
import { at } from '../errors/place.ts';
import { quote, schemaFailures } from '../errors/schema-failures.ts';
import type { Json } from '../model/json.ts';
import type { Pin } from '../model/pin.ts';
import { toPlain } from '../model/plain.ts';
import { validate } from '../model/validate.ts';

/** Details as plain data, defaults filled in, so that a default that changes is another question. */
export function checkDetails(definition: Pin, given: unknown, what: string, site: string | undefined): Json | undefined {
  if (definition.details === undefined) {
    if (given === undefined) return undefined;
    throw new CosError({ code: 'COS_PLAN_INPUT', severity: 'error', message: `Expected a request and nothing else for ${what}; found ${quote(given)} beside it.`, ...at(site) });
  }
  const checked = validate(definition.details, given);
  if (checked instanceof Promise) throw new Error('Internal error: the schema of a pin answers later');
  if (!checked.ok) throw new CosError(schemaFailures(checked.issues, { code: 'COS_PLAN_OPTIONS', what, given, site }));
  const plain = toPlain(checked.value ?? null);
  if (!plain.ok) throw new CosError({ code: 'COS_PLAN_NOT_JSON', severity: 'error', message: `Expected plain data beside the request of ${what}; "${plain.path.join('.')}" is ${plain.found}.`, ...at(site) });
  return plain.value;
}
