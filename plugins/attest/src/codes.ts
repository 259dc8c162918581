// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_ATTEST_SUBJECT: 'What a statement is to be about has not the form of its kind.',
  COS_ATTEST_SYSTEM: 'A bill of materials needs exactly one system: an archive or an image.',
  COS_ATTEST_CONTENT: 'The content of a system cannot be read.',
  COS_ATTEST_DATABASE: 'A package database in a system is damaged.',
  COS_ATTEST_DATABASE_FORM: 'A package database in a system has a form that is not read.',
  COS_ATTEST_METADATA: 'The metadata of a package cannot be read.',
} as const;

export type AttestCode = keyof typeof codes;
