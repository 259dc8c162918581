// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_ATTEST_SUBJECT: 'What a statement is to be about has not the form of its kind.',
  COS_ATTEST_SYSTEM: 'A bill of materials needs exactly one system: an archive or an image.',
  COS_ATTEST_CONTENT: 'The content of a system cannot be read.',
  COS_ATTEST_DATABASE: 'A package database in a system is damaged.',
  COS_ATTEST_DATABASE_FORM: 'A package database in a system has a form that is not read.',
  COS_ATTEST_METADATA: 'The metadata of a package cannot be read.',
  COS_ATTEST_REQUEST: '`cos rebuild` is asked for something that is not there, or to leave something where something is.',
  COS_ATTEST_NO_STATEMENT: 'There is no statement of how an artifact was built.',
  COS_ATTEST_STATEMENT: 'A file is no statement of provenance that cos has written.',
  COS_ATTEST_SIGNATURE: 'A statement is not signed by the key that was asked for.',
  COS_ATTEST_OTHER_ARTIFACT: 'An artifact is not the one that its statement is about.',
  COS_ATTEST_WORKSPACE: 'The workspace is not the one that an artifact was built from.',
} as const;

export type AttestCode = keyof typeof codes;
