// What other packages may use.

export { secretOption } from './secret-option.ts';
export { trustOption } from './trust-option.ts';
