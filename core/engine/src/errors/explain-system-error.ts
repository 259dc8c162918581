import { messageOf, systemCode } from './expected.ts';

/** What hindered reading or writing a path, without the path: callers quote it as the user wrote it. */
export function explainSystemError(error: unknown): string {
  switch (systemCode(error) ?? '') {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission is denied';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'it is not a folder';
    case 'ELOOP':
      return 'its links lead in a circle';
    default:
      return messageOf(error);
  }
}
