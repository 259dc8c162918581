// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_ATTEST_SUBJECT: 'What a statement is to be about has not the form of its kind.',
} as const;

export type AttestCode = keyof typeof codes;
