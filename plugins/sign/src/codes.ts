// Every code of this plugin with its meaning in one line; docs/errors.md has a section for each.

export const codes = {
  COS_SIGN_BAD_KEY_FILE: 'A key file is damaged or of a form that cos does not know.',
  COS_SIGN_WRONG_PASSWORD: 'The password does not open the private key.',
  COS_SIGN_NO_PASSWORD: 'No password is given for a private key.',
  COS_SIGN_KEY_MISMATCH: 'The private key does not belong to the public key that stands for it.',
  COS_SIGN_KEY_EXISTS: 'A key file of that name exists and is not overwritten.',
  COS_SIGN_BAD_NAME: 'The name of a file cannot stand in a list of checksums.',
  COS_SIGN_NAME_COUNT: 'There are more or fewer names than files in a list of checksums.',
  COS_SIGN_NO_INDEX: 'A folder is no repository: it has no repository.yaml.',
  COS_SIGN_BAD_SIGNATURE_FILE: 'A signature file does not hold a signature.',
  COS_SIGN_UNSIGNED: 'Something that should be signed is not.',
  COS_SIGN_INVALID: 'A signature does not fit the object and the key.',
  COS_SIGN_IDENTITY: 'An image is signed for another name.',
  COS_SIGN_UNCOVERED: 'A signed index names something without its digest.',
  COS_SIGN_FILES: 'Files are not those of a signed manifest.',
  COS_SIGN_NOT_FOUND: 'What is to be signed or verified, or its signature, is not there.',
  COS_SIGN_REQUEST: 'A command cannot be carried out as it stands.',
  COS_SIGN_PROGRAM: 'A program that signs or verifies is not there, or does not do it.',
  COS_SIGN_PACKAGE: 'Packages of npm that verify bundles of sigstore are not installed.',
  COS_SIGN_REPOSITORY: 'A repository that is to be verified cannot be read, or is not what its index names.',
  COS_SIGN_REGISTRY: 'A registry refuses, fails or does not answer.',
} as const;

export type SignCode = keyof typeof codes;
