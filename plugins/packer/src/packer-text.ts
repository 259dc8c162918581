/**
 * Text that Packer leaves as it is: HCL expands `${` and `%{` in strings, and builders and provisioners then run them through Go templates.
 */
export function packerText(text: string): string {
  return text.replaceAll('{{', '{{`{{`}}').replaceAll(/[$%]\{/g, (opening) => opening.charAt(0) + opening);
}
