import { GoObject } from '../values/value.ts';
export abstract class GoTime extends GoObject {}
