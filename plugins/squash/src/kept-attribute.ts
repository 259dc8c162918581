/** Of the extended attributes clients of luet know this one alone, and packages have no other. */
export const KEPT_ATTRIBUTE = 'security.capability';
