import type { Diagnostic } from './diagnostic.ts';

// What was revealed must not be printed or stored. Redaction happens where texts and errors are made, not where they are printed.

export interface Redactor {
  /** From here on the value, and each of its lines, is replaced. Values shorter than four characters are not: they would blot out ordinary text. */
  add(value: string): void;
  redact(text: string): string;
  redactDiagnostic(diagnostic: Diagnostic): Diagnostic;
}

/** A redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  let secrets: readonly string[] = [];
  const redact = (text: string): string => {
    let result = text;
    for (const secret of secrets) result = result.replaceAll(secret, '[secret]');
    return result;
  };
  return {
    add(value) {
      const parts = [value, value.trim(), ...value.split(/\r?\n/).map((line) => line.trim())];
      const forms = parts.flatMap((part) => [part, encodeURIComponent(part.toWellFormed()), Buffer.from(part, 'utf8').toString('base64'), JSON.stringify(part).slice(1, -1)]);
      // The longest first, so that no part of a secret is left over when another one is inside of it.
      secrets = [...new Set([...secrets, ...forms])].filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    },
    redact,
    redactDiagnostic: (diagnostic) => ({
      ...diagnostic,
      message: redact(diagnostic.message),
      ...(diagnostic.source === undefined ? {} : { source: redact(diagnostic.source) }),
      ...(diagnostic.notes === undefined ? {} : { notes: diagnostic.notes.map((note) => ({ ...note, message: redact(note.message) })) }),
      ...(diagnostic.hint === undefined ? {} : { hint: redact(diagnostic.hint) }),
      ...(diagnostic.output === undefined ? {} : { output: diagnostic.output.map(redact) }),
    }),
  };
}
