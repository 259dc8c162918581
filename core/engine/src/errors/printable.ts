// Text from outside (names, tool output, files) must not steer the terminal: control characters are shown, not sent.

/** The text with control characters replaced by visible ones; colour sequences are removed, tabs become two spaces. */
export function printable(text: string): string {
  return text
    .replace(ansiSequence, '')
    .replaceAll('\t', '  ')
    .replace(controls, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

// Both patterns are about control characters.
// oxlint-disable-next-line no-control-regex
const ansiSequence = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
