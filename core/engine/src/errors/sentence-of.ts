/** What a library tells of a problem. */
interface Told {
  /** One sentence. */
  readonly message: string;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
}

/** One sentence with what was expected and found, for the message of a diagnostic. `between`: what is told before those. */
export function sentenceOf({ message, expected, found }: Told, between: readonly string[] = []): string {
  return `${[message.replace(/\.$/, ''), ...between, ...(expected === undefined ? [] : [`expected ${expected}`]), ...(found === undefined ? [] : [`found ${found}`])].join('; ')}.`;
}
