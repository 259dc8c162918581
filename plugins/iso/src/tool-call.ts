/** One call of a program of the host, as data: stages run it through `exec`, tests as they like. */
export interface ToolCall {
  readonly tool: string;
  readonly args: readonly string[];
  /** Variables beside SOURCE_DATE_EPOCH, LC_ALL=C and TZ=UTC, which every call needs to be reproducible. */
  readonly env: Readonly<Record<string, string>>;
}
