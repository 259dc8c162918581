/** What the exit status of `cos` says. */
export const exitCodes = {
  done: 0,
  taskFailed: 1,
  /** The request or the configuration is wrong. */
  wrongRequest: 2,
  /** The host lacks something; `cos doctor` says what. */
  hostLacks: 3,
  internalError: 70,
  interrupted: 130,
} as const;
