import { hintFor } from '../errors/did-you-mean.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { quote } from '../errors/schema-failures.ts';
import { failure, success, type Result } from '../errors/result.ts';
import { flagOf, type Parameter, type Parameters } from '../model/parameter.ts';

/**
 * Checks given values of parameters and fills in defaults. Texts are read as what the parameter wants (the command line has nothing else); lists may be
 * given as one text. `subject`: for example `target "build-iso"`.
 */
export function readParameters(parameters: Parameters, given: Readonly<Record<string, unknown>>, subject: string): Result<Readonly<Record<string, unknown>>> {
  const problems: Diagnostic[] = [];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(parameters, name)) {
      problems.push({ code: 'COS_REQUEST_UNKNOWN_FLAG', severity: 'error', message: `Parameter "${name}" is not known to ${subject}.`, hint: hintFor(name, Object.keys(parameters), 'parameters', 'It takes no parameters.') });
    }
  }
  const fields = new Map(Object.entries(given));
  const values = Object.entries(parameters).map(([name, parameter]) => {
    const read = readOne(parameter, fields.get(name));
    if (typeof read === 'object') return [name, read.value] as const;
    const isMissing = fields.get(name) === undefined;
    const what = parameter.positional === true ? `<${name}>` : `--${flagOf(name)}`;
    problems.push({
      code: isMissing ? 'COS_REQUEST_MISSING_VALUE' : 'COS_REQUEST_INVALID_VALUE',
      severity: 'error',
      message: isMissing ? `Expected a value for ${what} of ${subject} (${parameter.description}); found none.` : `Expected ${read} as ${what} of ${subject}; found ${quote(fields.get(name))}.`,
      ...(parameter.type === 'choice' && !isMissing ? { hint: hintFor(String(fields.get(name)), parameter.choices, 'choices') } : {}),
    });
    return [name, undefined] as const;
  });
  return problems.length > 0 ? failure(...problems) : success(Object.freeze(Object.fromEntries(values)));
}

/** The value, or what was expected. */
function readOne(parameter: Parameter, given: unknown): { readonly value: unknown } | string {
  switch (parameter.type) {
    case 'text':
      if (given === undefined) return parameter.required === true && parameter.default === undefined ? 'a text' : { value: parameter.default };
      if (typeof given !== 'string') return 'a text';
      return parameter.pattern === undefined || parameter.pattern.test(given) ? { value: given } : `a text of the form ${String(parameter.pattern)}`;
    case 'list': {
      const list: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
      if (list.length === 0 && parameter.required === true) return 'at least one text';
      return list.every((item) => typeof item === 'string') ? { value: Object.freeze([...list]) } : 'texts';
    }
    case 'choice':
      if (given === undefined) return { value: parameter.default };
      return parameter.choices.some((choice) => choice === given) ? { value: given } : `one of ${parameter.choices.join(', ')}`;
    case 'flag':
      if (given === undefined) return { value: false };
      return typeof given === 'boolean' ? { value: given } : given === 'true' || given === 'false' ? { value: given === 'true' } : 'true or false';
    case 'integer': {
      if (given === undefined) return { value: parameter.default };
      const number = typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given;
      const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = parameter;
      const range = [parameter.minimum === undefined ? '' : ` of at least ${minimum}`, parameter.maximum === undefined ? '' : ` of at most ${maximum}`].filter((part) => part !== '').join(' and');
      return typeof number === 'number' && Number.isSafeInteger(number) && number >= minimum && number <= maximum ? { value: number } : `a whole number${range}`;
    }
    default:
      return parameter satisfies never;
  }
}
